import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { secretsIn } from './secrets';

describe('the search for secrets', () => {
  it.each([
    'export KEY=sk-abcdefghij0123456789',
    'token: hf_abcdefghijklmnopqrstuvwxyz',
    'AKIAIOSFODNN7EXAMPLE',
    'postgresql://litellm:hunter2@db.example.com:5432/litellm',
    'rediss://:hunter2@cache.example.com:6379',
    '-----BEGIN RSA PRIVATE KEY-----',
    '"MasterUserPassword":"correct-horse-battery"',
  ])('finds %s', (line) => {
    expect(secretsIn(`first\n${line}\nlast`)).not.toEqual([]);
  });

  it('finds random words of every alphabet that passwords and keys are written in', () => {
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      const found = hashes(500).filter((hash) => secretsIn(` ${hash.toString(encoding)} `).length > 0);
      expect(found.length, encoding).toBeGreaterThan(475);
    }
  });

  it('lets names, references and prefixes pass', () => {
    const fine = [
      "'sk-' + value",
      'arn:aws:secretsmanager:eu-central-1:123456789012:secret:hub-token-??????',
      '{{resolve:secretsmanager:pager:SecretString:::}}',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell variable
      'postgresql://litellm:${PASSWORD}@db:5432/litellm',
      'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09',
      `vllm/vllm-openai@sha256:${hashes(1)[0]?.toString('hex')}`,
      'bedrock:anthropic.claude-haiku-4-5-20251001-v1:0',
    ];
    expect(secretsIn(fine.join('\n'))).toEqual([]);
  });

  it('knows names that the tool of the cloud made up', () => {
    const [hash] = hashes(1);
    const asset = hash?.toString('hex') as string;
    expect(secretsIn(`s3://assets/${asset}.zip`)).toHaveLength(1);
    expect(secretsIn(`s3://assets/${asset}.zip`, [asset])).toEqual([]);
  });
});

/** As random as keys, and the same each time. */
const hashes = (count: number) =>
  Array.from({ length: count }, (_, index) => createHash('sha256').update(`${index}`).digest());
