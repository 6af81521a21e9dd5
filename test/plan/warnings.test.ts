import { describe, expect, it } from 'vitest';
import { deployIssues } from '../../lib/plan/warnings';
import { planned } from './example';

const paths = (changes: Parameters<typeof planned>[0]) =>
  planned(changes).warnings.map((warning) => warning.path);

describe('warnings', () => {
  it('name what production should not go without', () => {
    expect(paths({})).toEqual(['monitoring.notify', 'models[0].revision', 'images.machine', 'network.zones']);
    expect(
      paths({
        monitoring: { notify: 'ops@example.com' },
        models: [{ source: 'Qwen/Qwen3-8B', revision: 'b968826d9c46dd6066d109eabc6255188de91218' }],
        images: { machine: 'ami-0123456789abcdef0' },
        network: { zones: ['us-east-1a', 'us-east-1b'] },
      }),
    ).toEqual([]);
  });

  it('say what fp8 would cost where that is cheaper', () => {
    const large = { models: ['meta-llama/Llama-3.3-70B-Instruct'] };
    const hint = planned(large).warnings.find(({ path }) => path === 'models[0].quantization');
    expect(hint?.message).toMatch(
      /^llama-3\.3-70b-instruct in 16 bits needs p4d\.24xlarge at 16,\d{3} USD a month; with `quantization: fp8` \S+ at 12,\d{3} USD would do: try whether its answers are good enough$/,
    );
    const allowed = {
      models: [{ source: 'meta-llama/Llama-3.3-70B-Instruct', quantization: 'auto' as const }],
    };
    expect(paths(allowed)).not.toContain('models[0].quantization');
    expect(paths({})).not.toContain('models[0].quantization');
  });

  it('say that budgets do not end at a model whose price is not known', () => {
    const managed = (source: string) =>
      planned({ models: ['Qwen/Qwen3-8B', { name: 'cloud', source }] }).warnings.filter(
        ({ path }) => path === 'models[1]',
      );
    expect(managed('bedrock:nope-x.y').map(({ message }) => message)).toEqual([
      'the price of cloud is not known, so requests to it count as free or too cheap: budgets of keys do not end there, and the bill lacks it. Limit it by `rateLimit`, and give its price with --prices for the bill',
    ]);
    expect(managed('bedrock:amazon.nova-lite-v1:0')).toEqual([]);
  });

  it('say that versions of one model charge keys differently', () => {
    const charged = (...copies: [number, number]) =>
      planned({
        models: [
          {
            name: 'chat',
            versions: [
              { name: 'v1', source: 'Qwen/Qwen3-8B', weightPercent: copies[0] },
              { name: 'v2', source: 'Qwen/Qwen3-8B', weightPercent: copies[1] },
            ],
          },
        ],
      }).warnings.find(({ path }) => path === 'models[0].versions')?.message;
    expect(charged(90, 10)).toMatch(
      /^equal requests to chat are charged to keys at \d+\.\d\d or \d+\.\d\d USD per million tokens, by the version that answers/,
    );
    expect(charged(50, 50)).toBeUndefined();
  });

  it('are fewer in development', () => {
    expect(paths({ environment: 'dev' })).toEqual(['images.machine', 'network.zones']);
  });

  it('give the command that says which zones sell the machine', () => {
    const { warnings, decisions } = planned();
    expect(warnings.find(({ path }) => path === 'network.zones')?.message).toContain(
      `\`aws ec2 describe-instance-type-offerings --region us-east-1 --location-type availability-zone --filters Name=instance-type,Values=${decisions.machine.instanceType} --query 'InstanceTypeOfferings[].Location' --output text\``,
    );
  });

  it('name the key whose policy only its owner can complete', () => {
    const encryptionKey = 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
    const encryption = 'customer-managed';
    expect(paths({ environment: 'dev', security: { encryption, encryptionKey } })).toContain(
      'security.encryptionKey',
    );
    expect(paths({ environment: 'dev', security: { encryption } })).not.toContain('security.encryptionKey');
  });
});

describe('deployIssues', () => {
  const gated = [{ source: 'meta-llama/Llama-3.1-8B-Instruct' }];

  it('ask for the hub token of a gated model before anything is deployed', () => {
    const [issue] = deployIssues(planned({ models: gated }));
    expect(issue?.path).toBe('modelStore.hubTokenSecret');
    expect(issue?.message).toContain('meta-llama/Llama-3.1-8B-Instruct is gated');
  });

  it('are silent with a token, a manual import, or an open model', () => {
    expect(deployIssues(planned({ models: gated, modelStore: { hubTokenSecret: 'hub' } }))).toEqual([]);
    expect(
      deployIssues(planned({ models: gated, modelStore: { import: 'manual', bucket: 'ours' } })),
    ).toEqual([]);
    expect(deployIssues(planned())).toEqual([]);
  });
});
