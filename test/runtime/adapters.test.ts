import { afterEach, describe, expect, it } from 'vitest';
import { exampleModels, examplePlan } from './example-plan';
import { fakeAws } from './fake-cloud';
import { canRunPrograms, Sandbox } from './sandbox';
import { adapter } from './several-models';

const plan = (changes: Parameters<typeof adapter>[1] = {}) =>
  examplePlan({ models: exampleModels({ adapters: [adapter('hr', changes)], adapterRank: 64 }) });
const base = '/var/lib/llm/models/qwen-qwen3-8b/b968826d9c46dd6066d109eabc6255188de91218';

describe.skipIf(!canRunPrograms)('adapters of a machine', () => {
  let machine: Sandbox;
  afterEach(() => machine.remove());

  /** A hub whose every download is weights and this adapter's configuration. */
  async function prepare(config: string | undefined, changes: Parameters<typeof adapter>[1] = {}) {
    machine = new Sandbox(plan(changes));
    machine.command('aws', fakeAws(machine.root));
    const adapterConfig = config === undefined ? '' : `printf %s '${config}' >"$to/adapter_config.json"; `;
    machine.command(
      'docker',
      `case $* in run*) to=$(printf '%s' "$*" | sed 's#.*--volume \\([^ ]*\\):/import .*#\\1#'); ${adapterConfig}printf x >"$to/adapter_model.safetensors";; esac`,
    );
    machine.variables.LLM_METADATA_URL = await machine.listen(() => ({ text: 'i-0me' }));
    machine.variables.LLM_POLL_SECONDS = '0.05';
  }
  const bring = () => machine.run('python3', machine.program('model_store.py'), machine.path('/var/lib/llm'));

  it('come from the hub into the bucket and onto the disk as weights do', async () => {
    await prepare('{"r": 16}');
    const { status, stdout } = await bring();
    expect(status).toBe(0);
    expect(stdout).toContain('importing acme/hr-lora@v1 from the hub');
    expect(stdout).toContain('imported hr');
    expect(machine.exists('/buckets/llm-model-bucket/models/acme-hr-lora/v1/SHA256SUMS')).toBe(true);
    expect(machine.read('/var/lib/llm/models/acme-hr-lora/v1/adapter_config.json')).toBe('{"r": 16}');
    expect(machine.exists(`${base}/adapter_model.safetensors`)).toBe(true);
  });

  it('come from a bucket of the user as they are', async () => {
    await prepare('{"r": 16}', { source: 's3://acme/adapters/hr', origin: 'bucket' });
    machine.write('/buckets/acme/adapters/hr/adapter_config.json', '{"r": 8}');
    machine.write('/buckets/acme/adapters/hr/adapter_model.safetensors', 'x');
    expect((await bring()).status).toBe(0);
    expect(machine.read('/var/lib/llm/models/acme-adapters-hr-de7d4675/v1/adapter_config.json')).toBe(
      '{"r": 8}',
    );
  });

  it('are kept while the plan uses them', async () => {
    await prepare('{"r": 16}');
    await bring();
    const again = await bring();
    expect(again.stdout).not.toContain('removing');
    expect(again.stdout).toContain('hr is on the disk already');
  });

  it.each([
    ['128', '{"r": 128}', 128],
    ['128 in one layer', '{"r": 8, "rank_pattern": {"q_proj": 128}}', 128],
  ])('of a rank that the engine would refuse are named, with the limit: %s', async (_, config, rank) => {
    await prepare(config);
    const { status, stderr } = await bring();
    expect(status).toBe(1);
    expect(stderr).toBe(
      `failed: adapter hr has rank ${rank}, and the engine keeps memory for rank 64: merge it into the weights, or train one of less rank\n`,
    );
  });

  it('that are none are named', async () => {
    await prepare(undefined);
    expect((await bring()).stderr).toBe(
      'failed: acme/hr-lora has no adapter_config.json: models[].adapters[].source names LoRA adapters only\n',
    );
  });
});
