import { describe, expect, it } from 'vitest';
import { askBatchWorker } from './batch-program';
import { canRunPrograms } from './sandbox';

/** Requests that may be under way after each step of a gate that begins with `first` of 16. */
const windows = (first: number, steps: string[]) =>
  askBatchWorker<number[]>(
    'aws',
    `from batch_gate import Gate
gate, answer = Gate(16, input['first']), []
for step in input['steps']:
    eval(step)
    answer.append(round(gate.window, 3))`,
    { first, steps },
  );
const success = '[gate.enter(lambda: False), gate.leave(True)]';

describe.skipIf(!canRunPrograms)('how many lines the batch worker sends at once', () => {
  it('grows by one with each success, to the concurrency', () => {
    expect(windows(1, Array(17).fill(success))).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 16, 16,
    ]);
  });

  it('halves once for a pause that the gateway asks for, and then grows slowly', () => {
    const reopen = 'setattr(gate, "closed_until", 0)';
    expect(windows(16, ['gate.close(9)', 'gate.close(9)', reopen, success, success])).toEqual([
      8, 8, 8, 8.125, 8.248,
    ]);
  });

  it('falls to none while the engines are saturated, and begins with one after it', () => {
    const full = 'gate.saturation(0.7, 0.7)';
    expect(windows(4, [full, full, full, full, 'gate.close(1)', 'gate.saturation(0.69, 0.7)'])).toEqual([
      2, 1, 0, 0, 0, 1,
    ]);
  });

  it('is one at a time while nobody tells how full the engines are', () => {
    expect(windows(16, ['gate.saturation(None, 0.7)'])).toEqual([1]);
  });
});

describe.skipIf(!canRunPrograms)('the time that the gateway asks to wait', () => {
  const seconds = (...headers: object[]) =>
    askBatchWorker<(number | null)[]>(
      'aws',
      'from batch_gateway import retry_after\nanswer = [retry_after(one) for one in input]',
      headers,
    );

  it('is seconds, or a date that counts from the date of the answer, whatever this clock says', () => {
    const date = 'Wed, 21 Oct 2015 07:28:00 GMT';
    const later = 'Wed, 21 Oct 2015 07:28:30 GMT';
    expect(
      seconds(
        { 'Retry-After': '60' },
        { 'Retry-After': later, Date: date },
        { 'Retry-After': date, Date: later },
      ),
    ).toEqual([60, 30, 0]);
  });

  it('is five minutes at most, and unknown when it is missing or cannot be read', () => {
    expect(seconds({ 'Retry-After': '86400' }, {}, { 'Retry-After': 'soon', Date: 'never' })).toEqual([
      300,
      null,
      null,
    ]);
  });
});
