import { describe, expect, it } from 'vitest';
import { parseDeployment } from '../../lib/spec/parse';
import { synthIssues } from '../../lib/spec/synth-rules';
import { smallest } from './problems';

const missing = (network: object) =>
  synthIssues(parseDeployment({ ...smallest, environment: 'dev', network }).spec).map(
    ({ path, message, rule }) => `${path}: ${message} [${rule}]`,
  );

describe('what only synth needs', () => {
  it('is nothing for a tunnel, which a single server without a domain has', () => {
    expect(missing({})).toEqual([]);
    expect(missing({ ingress: 'tunnel' })).toEqual([]);
  });

  it('is domain and certificate, both told at once, for a public balancer', () => {
    expect(missing({ ingress: 'public' })).toEqual([
      'network.domain: is missing: with `ingress: public` clients call the deployment by name. Write `domain`, or `ingress: tunnel` to do without [domain-needed]',
      'network.dnsZone: TLS for the domain needs a certificate: write `dnsZone` (the hosted zone validates a managed one), or `certificate` with the ARN of one you have [certificate-needed]',
    ]);
  });

  it('is a certificate for a domain without zone', () => {
    expect(missing({ domain: 'llm.example.com' })).toEqual([
      'network.dnsZone: TLS for `llm.example.com` needs a certificate: write `dnsZone` (the hosted zone validates a managed one), or `certificate` with the ARN of one you have [certificate-needed]',
    ]);
  });

  it('is nothing with a zone, with a certificate, or with plain HTTP', () => {
    expect(missing({ domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' })).toEqual([]);
    const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/abc';
    expect(missing({ domain: 'llm.example.com', certificate })).toEqual([]);
    expect(missing({ ingress: 'internal', tls: 'none' })).toEqual([]);
  });

  it('is a bucket for weights that nobody imports', () => {
    const issues = (changes: object) =>
      synthIssues(parseDeployment({ ...smallest, environment: 'dev', ...changes }).spec);
    expect(issues({ modelStore: { import: 'manual' } })).toEqual([
      {
        path: 'modelStore.bucket',
        rule: 'upload-needed',
        message:
          'is missing: with `import: manual` the weights must be in the bucket before the first machine starts, and a new bucket is empty. Write the name of a bucket that you have filled, or `import: job`',
      },
    ]);
    expect(issues({ modelStore: { import: 'manual', bucket: 'our-weights' } })).toEqual([]);
    const own = { source: 's3://our-models/chat', baseModel: 'Qwen/Qwen3-8B', name: 'chat' };
    expect(issues({ models: [own], modelStore: { import: 'manual' } })).toEqual([]);
    const cloud = { name: 'claude', source: 'bedrock:anthropic.claude-haiku-4-5-20251001-v1:0' };
    expect(issues({ models: [own, cloud], modelStore: { import: 'manual' } })).toEqual([]);
    const adapted = { ...own, adapters: [{ name: 'poems', source: 'acme/qwen3-8b-poems' }] };
    expect(issues({ models: [adapted], modelStore: { import: 'manual' } })).toHaveLength(1);
  });
});
