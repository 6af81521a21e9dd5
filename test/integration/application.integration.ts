import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client';
import { model, planned } from './plans';
import { Stack } from './stack';

describe("the key of the user's container", () => {
  const plan = planned(
    { keyLimits: { requestsPerMinute: 7 } },
    { application: { image: `ghcr.io/acme/chat@sha256:${'0'.repeat(64)}`, port: 8080 } },
  );
  let stack: Stack;
  let key: string;

  beforeAll(async () => {
    stack = await Stack.start(plan);
    key = stack.machine.read('/run/llm/application.env').trim().replace('OPENAI_API_KEY=', '');
  });
  afterAll(() => stack?.remove());

  const tell = () => {
    Object.assign(stack.machine.variables, {
      LLM_GATEWAY: stack.gateway.url,
      LLM_APPLICATION_KEY_FILE: stack.machine.path('/run/llm/application.env'),
      LITELLM_MASTER_KEY: 'sk-operator-of-the-tests',
    });
    return stack.machine.run('python3', stack.machine.program('application_key.py'));
  };

  it('opens the gateway once the machine has told it, by several machines at once, with the limits of the plan', async () => {
    expect((await new Client(stack.gateway.url, key).chat('hello', model)).status).toBe(401);
    const told = await Promise.all([tell(), tell(), tell()]);
    expect(told.map(({ status, stderr }) => [status, stderr])).toEqual([
      [0, ''],
      [0, ''],
      [0, ''],
    ]);
    const answer = await new Client(stack.gateway.url, key).chat('hello', model);
    expect(answer.status, answer.text).toBe(200);
    const { info } = (await new Client(stack.gateway.url).ask(`/key/info?key=${key}`)).json;
    expect(info).toMatchObject({ rpm_limit: 7, key_alias: expect.stringMatching(/^application-container-/) });
  });

  it('is not the operator of it', async () => {
    const answer = await new Client(stack.gateway.url, key).ask('/key/generate', {});
    expect([401, 403]).toContain(answer.status);
  });
});
