import type { IncomingMessage } from 'node:http';

const queueSteps: Record<string, string> = {
  ReceiveMessage: 'receive',
  ChangeMessageVisibility: 'extend',
  DeleteMessage: 'acknowledge',
  SendMessageBatch: 'send parts',
  SendMessage: 'bury',
};

/** What the worker is doing, from the request that it makes of SQS or S3. */
export function awsStep({ method, url = '', headers }: IncomingMessage): string {
  const action = String(headers['x-amz-target'] ?? '').split('.')[1];
  if (action !== undefined) return queueSteps[action] ?? action;
  if (url.includes('list-type')) return 'list';
  if (url.startsWith('/input/')) return method === 'HEAD' ? 'head input' : 'read input';
  if (method !== 'PUT') return 'look';
  if (url.endsWith('/work/plan.json')) return 'store plan';
  if (url.includes('/work/')) return 'store record';
  return `store ${/\/(output|errors|done|rejected)[^/]*$/.exec(url)?.[1]}`;
}

/** What makes the AWS client meet the server behind the proxy. */
export const awsVariables = (url: string) => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
});
