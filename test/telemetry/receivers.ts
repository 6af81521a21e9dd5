import { gunzipSync } from 'node:zlib';
import type { SentMetric } from '../../lib/runtime/telegraf-outputs';
import type { Sandbox } from '../runtime/sandbox';
import { decodeCbor } from './cbor';

/** A metric as it came over the wire. */
export interface Received extends SentMetric {
  value: number;
}

interface Datum {
  MetricName: string;
  Dimensions: { Name: string; Value: string }[];
  Value: number;
}

/** CloudWatch's PutMetricData in the protocol that Telegraf 1.37.2 speaks (smithy-rpc-v2-cbor). */
export async function cloudWatch(machine: Sandbox, take: (metrics: Received[]) => void): Promise<string> {
  return listenRaw(machine, (path, body) => {
    if (!path.endsWith('/operation/PutMetricData')) throw new Error(`Telegraf asked for ${path}`);
    const { Namespace, MetricData } = decodeCbor(body) as { Namespace: string; MetricData: Datum[] };
    take(
      MetricData.map(({ MetricName, Dimensions, Value }) => ({
        namespace: Namespace,
        name: MetricName,
        dimensions: Object.fromEntries(Dimensions.map((one) => [one.Name, one.Value])),
        value: Value,
      })),
    );
    return {
      type: 'application/cbor',
      headers: { 'smithy-protocol': 'rpc-v2-cbor' },
      body: Buffer.from([0xa0]),
    };
  });
}

interface AzureMetric {
  data: {
    baseData: {
      metric: string;
      namespace: string;
      dimNames: string[];
      series: { dimValues: string[]; sum: number; count: number }[];
    };
  };
}

/** Azure Monitor's custom metrics, and the token endpoint that stands before it. */
export async function azureMonitor(machine: Sandbox, take: (metrics: Received[]) => void): Promise<string> {
  return listenRaw(machine, (path, body) => {
    const json = (value: object) => ({
      type: 'application/json',
      headers: {},
      body: Buffer.from(JSON.stringify(value)),
    });
    if (path.includes('/oauth2/')) {
      const inAnHour = String(Math.floor(Date.now() / 1000) + 3600);
      return json({
        access_token: 'a-token',
        expires_in: '3600',
        expires_on: inAnHour,
        not_before: '0',
        token_type: 'Bearer',
        resource: 'x',
      });
    }
    if (!path.endsWith('/metrics')) throw new Error(`Telegraf asked for ${path}`);
    const lines = body.toString().trim().split('\n');
    take(
      lines.flatMap((line) => {
        const { metric, namespace, dimNames, series } = (JSON.parse(line) as AzureMetric).data.baseData;
        return series.map(({ dimValues, sum, count }) => ({
          namespace,
          name: metric,
          dimensions: Object.fromEntries(dimNames.map((name, index) => [name, dimValues[index] ?? ''])),
          value: sum / count,
        }));
      }),
    );
    return json({});
  });
}

interface Reply {
  type: string;
  headers: Record<string, string>;
  body: Buffer;
}

async function listenRaw(machine: Sandbox, answer: (path: string, body: Buffer) => Reply): Promise<string> {
  return machine.listenRaw(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    try {
      const zipped = request.headers['content-encoding'] === 'gzip';
      const { type, headers, body } = answer(request.url ?? '', zipped ? gunzipSync(raw) : raw);
      response.writeHead(200, { 'content-type': type, ...headers }).end(body);
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });
}
