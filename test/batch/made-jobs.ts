import { line } from './worker';

export interface Job {
  object: string;
  /** Undefined: there is no such object. */
  text: string | undefined;
  version?: string;
  ids: string[];
  /** A message that is not made from the object. */
  body?: string;
}

/** Small files, one of them of 20 parts, some with requests that the gateway refuses or that it is too busy for. */
export function madeJobs(count: number): Job[] {
  return Array.from({ length: count }, (_, at) => {
    const requests = at === 500 ? 400 : 1 + (at % 3);
    const kind = (index: number) =>
      at % 50 === 7 && index === 0 ? 'refused' : at % 97 === 5 ? 'busy' : 'good';
    const ids = Array.from({ length: requests }, (_, index) => `${kind(index)}-${at}-${index}`);
    // line ends of Windows, empty lines, a mark at the begin, and no line end at the last
    const [begin, end] = at % 10 === 3 ? ['\ufeff', '\r\n\r\n'] : ['', '\n'];
    const text = begin + ids.map((id) => line(id)).join(end) + (at % 2 ? end : '');
    return { object: `day 1/job-${at}+é.jsonl`, text, ids };
  });
}

export interface Poisoned extends Job {
  /** In the message. */
  mark: string;
  reason: RegExp;
}

export function poisonedJobs(): Poisoned[] {
  const good = line('poison-good');
  const file = (mark: string, text: string | undefined, reason: RegExp): Poisoned => ({
    ...{ object: `bad/${mark}.jsonl`, mark, text, reason, ids: [] },
    ...(text === undefined ? { body: JSON.stringify({ object: `bad/${mark}.jsonl` }) } : {}),
  });
  return [
    file(
      'malformed',
      `${good}\n{"custom_id":\n`,
      /1 of 2 requests cannot be sent.*request 2 \(byte \d+\) is not JSON/,
    ),
    file(
      'unknown-model',
      `${line('poison', 'poison', { model: 'huge' })}\n`,
      /names the model "huge"; there are away, small/,
    ),
    file('twice', `${good}\n${good}\n`, /request 2 .* has the custom_id of a line before it/),
    file('stream', `${line('poison', 'poison', { stream: true })}\n`, /asks for a stream/),
    file(
      'other-url',
      `${good.replace('/v1/chat/completions', '/key/generate')}\n`,
      /something else than POST/,
    ),
    file('no-name', `${good.replace('poison-good', '')}\n`, /has no custom_id/),
    file('text', 'poison\n'.repeat(30), /30 of 30 requests .*request 10 \(byte 63\)/),
    file('empty', '', /no request in the file/),
    file('blank', '\n \r\n\n', /no request in the file/),
    file('missing', undefined, /is not in the input bucket/),
    {
      ...{ object: '', text: undefined, ids: [], mark: 'no-form' },
      body: 'no-form',
      reason: /names no object/,
    },
    {
      ...{ object: '', text: undefined, ids: [], mark: 'typed' },
      ...{ body: '{"object":"typed.jsonl","version":5}', reason: /names no object/ },
    },
    {
      ...{ object: 'bad/parts.jsonl', text: `${good}\n`, ids: [], mark: 'parts.jsonl' },
      ...{ body: '{"object":"bad/parts.jsonl","part":1}', reason: /no part 1 in the 1 of/ },
    },
    {
      ...{ object: `bad/${'x'.repeat(1000)}.jsonl`, text: `${good}\n`, ids: [], mark: 'xxxxx' },
      ...{ reason: /is \d+ bytes too long for the names of its results/ },
      body: JSON.stringify({ object: `bad/${'x'.repeat(1000)}.jsonl` }),
    },
    {
      ...{ object: '', text: undefined, ids: [], mark: 'bell' },
      ...{
        body: '{"object":"bad/bell\\u0007.jsonl"}',
        reason: /bad\/bell\?\.jsonl is not in the input bucket/,
      },
    },
    {
      ...{ object: '', text: undefined, ids: [], mark: 'half' },
      ...{ body: '{"object":"bad/half\\ud800.jsonl"}', reason: /names no object/ },
    },
    {
      ...{ object: 'bad/old.jsonl', text: good, ids: [], mark: 'old.jsonl' },
      body: '{"object":"bad/old.jsonl","version":"0123"}',
      reason: /was written anew before it was read/,
    },
  ];
}
