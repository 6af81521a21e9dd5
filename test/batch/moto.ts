import { Child } from '../integration/child';
import { freePort } from '../integration/free-port';
import { until } from '../integration/until';
import { tools } from './tools';

const authorization = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

/** moto's server: SQS and S3 as the worker meets them, asked here without a client of AWS. */
export class Moto {
  private constructor(
    private readonly child: Child,
    readonly url: string,
  ) {}

  static async start(): Promise<Moto> {
    const port = await freePort();
    const child = new Child('moto', [tools.moto, '-H', '127.0.0.1', '-p', String(port)]);
    const url = `http://127.0.0.1:${port}`;
    await until('moto answers', async () => {
      child.mustRun();
      return fetch(`${url}/moto-api/`).then(
        (answer) => answer.ok,
        () => false,
      );
    });
    return new Moto(child, url);
  }

  async sqs<Answer>(action: string, body: object): Promise<Answer> {
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: {
        Authorization: authorization('sqs'),
        'X-Amz-Target': `AmazonSQS.${action}`,
        'Content-Type': 'application/x-amz-json-1.0',
      },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${action}: ${answer.status} ${text}`);
    return JSON.parse(text || '{}');
  }

  /** Its URL as a worker has it, with moto's own address. */
  async createQueue(name: string, attributes: Record<string, string> = {}): Promise<string> {
    const words = { QueueName: name, Attributes: attributes };
    return (await this.sqs<{ QueueUrl: string }>('CreateQueue', words)).QueueUrl;
  }

  async sendAll(queue: string, bodies: string[]): Promise<void> {
    for (let begin = 0; begin < bodies.length; begin += 10) {
      const entries = bodies.slice(begin, begin + 10);
      const words = {
        QueueUrl: queue,
        Entries: entries.map((body, at) => ({ Id: `${at}`, MessageBody: body })),
      };
      await this.sqs('SendMessageBatch', words);
    }
  }

  /** Messages that wait, and messages that somebody holds. */
  async depth(queue: string): Promise<number> {
    const { Attributes: found } = await this.sqs<{ Attributes: Record<string, string> }>(
      'GetQueueAttributes',
      {
        QueueUrl: queue,
        AttributeNames: ['All'],
      },
    );
    return Number(found.ApproximateNumberOfMessages) + Number(found.ApproximateNumberOfMessagesNotVisible);
  }

  /** Takes every message that is visible, for good. */
  async drain(queue: string): Promise<{ body: string; reason: string | undefined }[]> {
    const found = [];
    for (;;) {
      const { Messages } = await this.sqs<{ Messages?: Received[] }>('ReceiveMessage', {
        QueueUrl: queue,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 600,
        MessageAttributeNames: ['All'],
      });
      if (!Messages?.length) return found;
      found.push(
        ...Messages.map((one) => ({ body: one.Body, reason: one.MessageAttributes?.reason?.StringValue })),
      );
    }
  }

  async s3(method: string, path: string, body?: string): Promise<Response> {
    const headers = { Authorization: authorization('s3'), 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const answer = await fetch(`${this.url}/${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  async createBucket(name: string): Promise<void> {
    const place =
      '<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>';
    await this.s3('PUT', name, place);
  }

  /** ETag of what was put. */
  async put(bucket: string, key: string, text: string): Promise<string> {
    return (await this.s3('PUT', `${bucket}/${key}`, text)).headers.get('etag')?.replaceAll('"', '') ?? '';
  }

  async get(bucket: string, key: string): Promise<string> {
    return (await this.s3('GET', `${bucket}/${key}`)).text();
  }

  async keys(bucket: string, prefix = ''): Promise<string[]> {
    const found: string[] = [];
    for (let token = ''; ; ) {
      const more = token === '' ? '' : `&continuation-token=${encodeURIComponent(token)}`;
      const page = await (await this.s3('GET', `${bucket}?list-type=2&prefix=${prefix}${more}`)).text();
      found.push(...[...page.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key as string));
      token = /<NextContinuationToken>(.*?)</.exec(page)?.[1] ?? '';
      if (token === '') return found;
    }
  }

  stop(): Promise<void> {
    return this.child.kill();
  }
}

interface Received {
  Body: string;
  MessageAttributes?: Record<string, { StringValue: string }>;
}
