import { afterEach, describe, expect, it } from 'vitest';
import { fakeMachine } from './fake-machine';
import { canRunPrograms, type Sandbox } from './sandbox';
import { severalModels } from './several-models';

interface Request {
  model: string;
  disable_fallbacks?: boolean;
  cache?: Record<string, boolean>;
}

describe.skipIf(!canRunPrograms)('first answer of a machine with several models', () => {
  let machine: Sandbox;
  afterEach(() => machine.remove());

  /** Requests for answers, in order; the named models do not answer. */
  async function run(silent: string[]) {
    ({ machine } = await fakeMachine(severalModels()));
    const asked: Request[] = [];
    const gateway = await machine.listen(({ url }, body) => {
      if (!url?.startsWith('/v1/')) return { text: '{}' };
      const request: Request = JSON.parse(body);
      asked.push(request);
      return silent.includes(request.model) ? { status: 500, text: 'AccessDenied' } : { text: '{}' };
    });
    machine.patchSettings((settings) => {
      settings.gateway.url = gateway;
    });
    machine.write('/run/llm/gateway.env', "LITELLM_MASTER_KEY='sk-operator-1234'\n");
    const outcome = await machine.run('python3', machine.program('first_answer.py'));
    return { asked, ...outcome };
  }

  it('asks each name for itself: an answer of a fallback would prove nothing', async () => {
    const { asked, status, stdout } = await run([]);
    expect(status).toBe(0);
    // the proof of another boot may still be in a managed cache
    for (const { cache } of asked) expect(cache).toEqual({ 'no-cache': true });
    expect(asked.map(({ model, disable_fallbacks }) => [model, disable_fallbacks])).toEqual([
      ['chat', true],
      ['small', true],
      ['hr', true],
      ['legal', true],
      ['nova', true],
    ]);
    expect(stdout).toContain('hr answers through the gateway');
  });

  it('goes on without a model of the cloud, and says why it does not answer', async () => {
    const { status, stdout } = await run(['nova']);
    expect(status).toBe(0);
    expect(stdout).toContain('nova, a model of the cloud, does not answer: AccessDenied');
  });
});
