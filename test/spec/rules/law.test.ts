import { describe, expect, it } from 'vitest';
import { laws } from '../../../lib/catalog/laws';
import { inScope, promptsKept } from '../../../lib/catalog/managed-terms';
import { parseDeployment } from '../../../lib/spec/parse';
import { problems, smallest } from '../problems';

const law = (...compliance: string[]) => ({ security: { compliance } });
const domain = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };
const nova = { name: 'nova', source: 'bedrock:amazon.nova-lite-v1:0' };

const cases: [name: string, changes: object, problems: string[]][] = [
  ['each law alone, and one as a word', { security: { compliance: 'soc2' } }, []],
  ['all but one of the two that disagree', law('gdpr', 'soc2', 'ccpa'), []],
  [
    'a law twice',
    law('gdpr', 'gdpr'),
    ['security.compliance[1]: `gdpr` is listed twice: remove one [law-conflict]'],
  ],
  [
    'two laws that disagree about logs',
    law('hipaa', 'gdpr'),
    [
      'monitoring.logRetentionDays: is missing: HIPAA wants logs kept for 2192 days (45 CFR 164.308, 164.312(a), (b), (e), 164.316(b)(2)(i)), GDPR no longer than they are of use. Write how long, such as 2192: it is yours to weigh [law-conflict]',
    ],
  ],
  ['two laws that disagree, weighed', { ...law('hipaa', 'gdpr'), monitoring: { logRetentionDays: 365 } }, []],
  [
    'logs that are too short for a law',
    { ...law('ccpa', 'soc2'), monitoring: { logRetentionDays: 365 } },
    [
      'monitoring.logRetentionDays: got 365: CCPA wants logs kept for 731 days. Write 731 or more, or leave it out [law-conflict]',
    ],
  ],
  ['logs that are long enough', { ...law('soc2'), monitoring: { logRetentionDays: 365 } }, []],
  [
    'prompts kept for longer than a law lets them be',
    { ...law('gdpr'), gateway: { promptRetentionDays: 31 } },
    [
      'gateway.promptRetentionDays: got 31: under GDPR prompts and answers are kept for at most 30 days here, write 30 or less [law-conflict]',
    ],
  ],
  [
    'prompts kept as long as a law lets them be',
    { ...law('gdpr'), gateway: { promptRetentionDays: 30 } },
    [],
  ],
  [
    'files of prompts kept for longer than a law lets them be',
    { ...law('gdpr'), batch: { requestsPerDay: 1000, retentionDays: 90 } },
    [
      'batch.retentionDays: got 90: under GDPR files of prompts and answers are kept for at most 30 days here, write 30 or less [law-conflict]',
    ],
  ],
  ['prompts kept under another law', { ...law('soc2'), gateway: { promptRetentionDays: 365 } }, []],
  ...laws.map((name): [string, object, string[]] => [
    `plain HTTP under ${name}`,
    { ...law(name), network: { ...domain, ingress: 'internal', tls: 'none', dnsZone: undefined } },
    [
      `network.tls: got \`none\`: ${{ gdpr: 'GDPR', hipaa: 'HIPAA', soc2: 'SOC 2', ccpa: 'CCPA' }[name]} asks for encryption on the way, remove it [law-conflict]`,
    ],
  ]),
  ['a managed model under each law', { ...law('gdpr', 'soc2', 'ccpa'), models: ['Qwen/Qwen3-8B', nova] }, []],
  [
    'a managed model that keeps prompts',
    {
      ...law('soc2'),
      models: ['Qwen/Qwen3-8B', { name: 'fable', source: 'bedrock:anthropic.claude-fable-5-v1:0' }],
    },
    [
      'models[1].source: anthropic.claude-fable-5-v1:0 keeps prompts and answers for up to 30 days and lets its maker see them: it is not on the list for SOC 2, take another model [law-conflict]',
    ],
  ],
  [
    'the same without a law',
    { models: ['Qwen/Qwen3-8B', { name: 'fable', source: 'bedrock:anthropic.claude-fable-5-v1:0' }] },
    [],
  ],
  [
    'an unknown law',
    law('pci'),
    ['security.compliance[0]: got "pci", expected `gdpr`, `hipaa`, `soc2` or `ccpa` [shape]'],
  ],
];

describe('laws', () => {
  it.each(cases)('%s', (_, changes, expected) => {
    expect(problems(changes)).toEqual(expected);
  });

  it('warn of keys that are not the account’s own, and of logs that one law finds short', () => {
    const warnings = (changes: object) =>
      parseDeployment({ ...smallest, ...changes }).warnings.map(({ path, rule }) => `${path} ${rule}`);
    expect(warnings({ security: { compliance: 'hipaa', encryption: 'provider-managed' } })).toEqual([
      'security.encryption law-conflict',
    ]);
    expect(warnings({ security: { compliance: 'gdpr', encryption: 'provider-managed' } })).toEqual([]);
    expect(warnings({ ...law('hipaa', 'gdpr'), monitoring: { logRetentionDays: 365 } })).toEqual([
      'monitoring.logRetentionDays law-conflict',
    ]);
    expect(warnings({ ...law('hipaa', 'gdpr'), monitoring: { logRetentionDays: 2192 } })).toEqual([]);
  });
});

describe('lists of managed models', () => {
  it('exist for the laws whose services a cloud lists, and miss those of other clouds', () => {
    expect(inScope('hipaa', 'bedrock')).toBe(true);
    expect(inScope('soc2', 'bedrock')).toBe(true);
    expect(inScope('hipaa', 'vertex-ai')).toBe(false);
    expect(inScope('gdpr', 'bedrock')).toBeUndefined();
    expect(inScope('ccpa', 'bedrock')).toBeUndefined();
  });

  it('tell apart models of one maker', () => {
    expect(promptsKept('bedrock', 'openai.gpt-5-6')).toBeDefined();
    expect(promptsKept('bedrock', 'openai.gpt-oss-120b-1:0')).toBeUndefined();
    expect(promptsKept('bedrock', 'anthropic.claude-mythos-5')).toBeDefined();
    expect(promptsKept('bedrock', 'anthropic.claude-opus-5')).toBeUndefined();
    expect(promptsKept('azure-openai', 'openai.gpt-5-6')).toBeUndefined();
  });
});
