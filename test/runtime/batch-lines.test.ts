import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askBatchWorker } from './batch-program';
import { canRunPrograms } from './sandbox';

const request = (more: object = {}, body: object = {}) =>
  JSON.stringify({
    ...{ custom_id: 'one', method: 'POST', url: '/v1/chat/completions', ...more },
    body: { model: 'small', ...body },
  });

/** Number of requests of a file, or the reason why it is refused. */
const checked = (...files: string[]) =>
  askBatchWorker<(number | string)[]>(
    'aws',
    `from batch_lines import check
from batch_web import Poison
answer = []
for text in input:
    data = text.encode()
    try:
        answer.append(check(lambda at, length: data[at : at + length], len(data), {'small', 'large'})[0])
    except Poison as poison:
        answer.append(str(poison))`,
    files,
  );

describe.skipIf(!canRunPrograms)('lines of a batch file', () => {
  it('are each in exactly one part, wherever the file is cut and however it is read', () => {
    const files: { text: string; part: number; piece: number }[] = [];
    const text = fc.array(fc.constantFrom('a', 'bb', '\n', '\r\n', 'é', 'long line'), { maxLength: 60 });
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 9 }),
        (words, part, piece) => {
          files.push({ text: words.join(''), part, piece });
        },
      ),
      { numRuns: 400, seed: 6 },
    );
    const found = askBatchWorker<{ parts: string[]; whole: string[] }[]>(
      'aws',
      `from batch_lines import lines
answer = []
for one in input:
    data, part = one['text'].encode(), one['part']
    def read(at, length):
        return data[at : at + min(length, one['piece'])]
    def told(start, end):
        return [str(at) + ':' + line.hex() for at, line in lines(read, len(data), start, end)]
    parts = [told(start, min(len(data), start + part)) for start in range(0, len(data), part)]
    answer.append({'parts': sum(parts, []), 'whole': told(0, len(data))})`,
      files,
    );
    expect(found).toHaveLength(400);
    for (const [at, { parts, whole }] of found.entries()) {
      expect(parts).toEqual(whole);
      const expected = (files[at]?.text ?? '').split('\n');
      // no line after the last line end
      if (expected.at(-1) === '') expected.pop();
      expect(whole.map((one) => Buffer.from(one.split(':')[1] as string, 'hex').toString())).toEqual(
        expected,
      );
    }
  });

  it('are counted without the empty ones', () => {
    const two = request({ custom_id: 'two' });
    expect(checked(`${request()}\n\n  \r\n${two}`, `\ufeff${request()}\r\n`)).toEqual([2, 1]);
  });

  it('are refused together, each with its number, place and what is wrong', () => {
    const wrong = [
      'x',
      '[]',
      request({ custom_id: 7 }),
      request({ method: 'GET' }),
      request({ url: '/key/generate' }),
      request({}, { stream: true }),
      request({}, { model: 'huge' }),
      request({}, { model: ['small'] }),
      request({ url: ['/v1/embeddings'], method: {} }),
      '['.repeat(100_000),
    ];
    const urls = '/v1/chat/completions, /v1/completions, /v1/embeddings, /v1/responses';
    const told = checked(...wrong, '', `${request()}\n${request()}\nx`);
    const one = '1 of 1 requests cannot be sent, so none was: request 1 (byte 0) ';
    expect(told).toEqual([
      `${one}is not JSON in UTF-8`,
      `${one}is no object with custom_id, method, url and body`,
      `${one}has no custom_id`,
      `${one}asks for something else than POST to one of ${urls}`,
      `${one}asks for something else than POST to one of ${urls}`,
      `${one}asks for a stream, which a file cannot hold`,
      `${one}names the model "huge"; there are large, small`,
      `${one}names no model as a text`,
      `${one}asks for something else than POST to one of ${urls}`,
      `${one}is not JSON in UTF-8`,
      'no request in the file',
      expect.stringMatching(
        /^2 of 3 requests .* request 2 \(byte 90\) has the custom_id of a line before it; request 3 \(byte 180\) is not/,
      ),
    ]);
  });

  it('are refused when one is too long to hold, before it is read to its end', () => {
    const [reason, most] = askBatchWorker<[string, number]>(
      'aws',
      `from batch_lines import check
from batch_web import Poison
most = 0
def read(at, length):
    global most
    most = max(most, at + length)
    return b'x' * length
try:
    check(read, 1 << 40, {'small'})
except Poison as poison:
    answer = [str(poison), most]`,
    );
    expect(reason).toBe('a line of more than 8 MiB begins at byte 0');
    expect(most).toBeLessThanOrEqual(16 << 20);
  });
});

describe.skipIf(!canRunPrograms)('results of a batch file', () => {
  const answers = [
    { response: { status_code: 200, request_id: 'r', body: { text: 'a\u2028b\u0085\n' } }, error: null },
    { response: { status_code: 400, request_id: null, body: { error: {} } }, error: null },
    { response: null, error: { code: 'no_answer', message: 'x' } },
    { response: { status_code: 200, request_id: null, body: { half: '\ud800' } }, error: null },
  ];
  const record = () =>
    askBatchWorker<{ head: object; output: string; errors: string }>(
      'aws',
      `from batch_lines import halves, record, result
found = [result('v1', 100 * at, {'custom_id': 'id-' + str(at)}, one) for at, one in enumerate(input)]
stored = record(found)
output, errors = halves(stored)
answer = {'head': json.loads(stored.split(b'\\n')[0]), 'output': output.decode(), 'errors': errors.decode()}`,
      answers,
    );

  it('are split into output and errors, in the OpenAI form and the order of the file', () => {
    const { head, output, errors } = record();
    expect(head).toEqual({ lines: 4, failed: 2 });
    const parsed = (text: string) =>
      text
        .split('\n')
        .slice(0, -1)
        .map((one) => JSON.parse(one));
    expect(parsed(output)).toEqual([
      { id: expect.stringMatching(/^batch_req_[0-9a-f]{24}$/), custom_id: 'id-0', ...answers[0] },
      { id: expect.stringMatching(/^batch_req_/), custom_id: 'id-3', ...answers[3] },
    ]);
    expect(parsed(errors).map((one) => one.custom_id)).toEqual(['id-1', 'id-2']);
  });

  it('are the same bytes in every attempt', () => {
    expect(record()).toEqual(record());
  });
});
