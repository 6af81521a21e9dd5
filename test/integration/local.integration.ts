import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineServices } from '../../lib/runtime/layout';
import { LocalFolder } from '../runtime/local-folder';
import { Child } from './child';
import { LocalStack } from './local-stack';
import { planned } from './plans';

const hasCurl = spawnSync('curl', ['--version']).status === 0;

describe.skipIf(!hasCurl)('the stack on a machine of your own', () => {
  const plan = planned({ timeoutSeconds: 30 }, { traffic: { concurrentUsers: 10, outputTokens: 20 } }, 1);
  const [engineService = ''] = engineServices(plan).map(({ service }) => service);
  let folder: LocalFolder;
  let stack: LocalStack;

  beforeAll(async () => {
    folder = new LocalFolder(plan, { engine: 'simulated' });
    stack = await LocalStack.start(folder.path);
  });
  afterAll(async () => {
    await stack?.remove();
    folder?.remove();
  });

  const shell = async (text: string) => {
    const child = new Child('sh', ['sh', '-c', text], { env: { PATH: process.env.PATH } });
    expect(await child.end(), child.log).toBe(0);
    return child.log;
  };

  it('gives a key and a request, which answers plain and streamed', async () => {
    const { exit, text } = await stack.keyScript();
    expect(exit, text).toBe(0);
    const request = text.slice(text.indexOf('curl '));
    const key = /shown once: (sk-\S+)/.exec(text)?.[1];
    expect(request).toContain(`Bearer ${key}`);

    const silent = request.replace('curl ', 'curl --silent --show-error --noproxy "*" ');
    const answer = JSON.parse(await shell(silent));
    const name = plan.decisions.models[0]?.name;
    expect(answer).toMatchObject({ model: name, choices: [{ message: { role: 'assistant' } }] });
    expect(answer.choices[0].message.content).toContain('simulated');
    expect(answer.usage.completion_tokens).toBeGreaterThan(0);

    const streamed = await shell(silent.replace("-d '{", `-N -d '{"stream":true,`));
    const events = streamed.split('\n\n').filter((event) => event.startsWith('data: '));
    expect(events.at(-1)).toBe('data: [DONE]');
    const pieces = events.slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)));
    const words = pieces.map((piece) => piece.choices[0]?.delta?.content ?? '').join('');
    expect(words).toContain('simulated');
  });

  it('gives keys that have the limits of the plan and no more rights', async () => {
    const { text } = await stack.keyScript('my application');
    const key = /shown once: (sk-\S+)/.exec(text)?.[1] ?? '';
    const limit = stack.sql(
      `select rpm_limit from "LiteLLM_VerificationToken" where key_alias = 'my application'`,
    );
    expect(Number(limit)).toBe(plan.decisions.gateway.keyLimits.requestsPerMinute);
    const another = await fetch(`${stack.gateway.url}/key/generate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect([401, 403]).toContain(another.status);
  });

  it('stops the engine in order, as docker does', async () => {
    const { child } = stack.engine(engineService);
    child?.signal('SIGTERM');
    expect(await child?.end()).toBe(0);
  });
});
