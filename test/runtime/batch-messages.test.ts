import { describe, expect, it } from 'vitest';
import type { Cloud } from '../../lib/catalog/machines';
import { askBatchWorker } from './batch-program';
import { canRunPrograms } from './sandbox';

const named = (cloud: Cloud, ...bodies: unknown[]) =>
  askBatchWorker<unknown[]>(
    cloud,
    `from batch_${cloud} import named\nanswer = [named(*one) for one in input]`,
    bodies.map((body) =>
      [body].flat().map((one, at) => (at === 0 && typeof one !== 'string' ? JSON.stringify(one) : one)),
    ),
  );

const own = { object: 'a.jsonl' };
const neither = ['nonsense', '7', 'null', '{}', '{"object":7}'];
const refused = neither.map(() => null);

describe.skipIf(!canRunPrograms)('messages that name a file', () => {
  it('on AWS are our own, or events of S3, direct or through EventBridge', () => {
    const event = (key: string) => ({ s3: { object: { key, eTag: 'e1' } } });
    expect(
      named(
        'aws',
        own,
        { Records: [event('a+b%2B%C3%A9.jsonl'), event('c.jsonl')] },
        { detail: { object: { key: 'a b+.jsonl', etag: 'e2' } } },
        { Event: 's3:TestEvent' },
        { Records: [{}] },
        ...neither,
      ),
    ).toEqual([
      [own],
      [
        { object: 'a b+é.jsonl', version: 'e1' },
        { object: 'c.jsonl', version: 'e1' },
      ],
      [{ object: 'a b+.jsonl', version: 'e2' }],
      [],
      null,
      ...refused,
    ]);
  });

  it('on Google Cloud are our own, or notifications of Cloud Storage', () => {
    const attributes = { objectId: 'a b.jsonl', objectGeneration: '17', eventType: 'OBJECT_FINALIZE' };
    expect(
      named(
        'gcp',
        [own, {}],
        ['', attributes],
        ['', { ...attributes, eventType: 'OBJECT_DELETE' }],
        ...neither.map((one) => [one, {}]),
      ),
    ).toEqual([[own], [{ object: 'a b.jsonl', version: '17' }], [], ...refused]);
  });

  it('on Azure are our own, or events of Event Grid in either schema', () => {
    const event = {
      subject: '/blobServices/default/containers/in/blobs/day/blobs/a b.jsonl',
      data: { eTag: '0x8D' },
    };
    const found = [{ object: 'day/blobs/a b.jsonl', version: '0x8D' }];
    const kind = 'Microsoft.Storage.BlobCreated';
    expect(
      named(
        'azure',
        own,
        JSON.stringify([{ ...event, eventType: kind }]),
        { ...event, type: kind },
        { ...event, type: 'Microsoft.Storage.BlobDeleted' },
        ...neither,
      ),
    ).toEqual([[own], found, found, [], ...refused]);
  });
});
