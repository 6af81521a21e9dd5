import { describe, expect, it } from 'vitest';
import {
  type BatchFacts,
  batchEnvironment,
  batchWorkerFiles,
  batchWorkerService,
} from '../../lib/runtime/batch-worker';

const facts: BatchFacts = {
  cloud: 'aws',
  gatewayUrl: 'http://127.0.0.1:4000',
  concurrency: 24,
  saturationUrl: 'http://127.0.0.1:4081/signals',
  saturation: 0.65,
  answerSeconds: 330,
  leaseSeconds: 120,
  maxAttempts: 5,
  drainSeconds: 90,
  queue: 'https://sqs.eu-central-1.amazonaws.com/1/jobs',
  deadQueue: 'https://sqs.eu-central-1.amazonaws.com/1/dead',
  inputBucket: 'in',
  outputBucket: 'out',
  cloudVariables: { AWS_REGION: 'eu-central-1' },
};

describe('the batch worker', () => {
  it('brings the module of its own cloud and of no other', () => {
    const modules = (cloud: BatchFacts['cloud']) =>
      Object.keys(batchWorkerFiles(cloud)).filter((name) => /_(aws|gcp|azure)\./.test(name));
    expect([modules('aws'), modules('gcp'), modules('azure')]).toEqual([
      ['batch_aws.py'],
      ['batch_gcp.py'],
      ['batch_azure.py'],
    ]);
  });

  it('reads every variable that it is given', () => {
    const program = Object.values(batchWorkerFiles('aws')).join('\n');
    const unread = Object.keys(batchEnvironment(facts)).filter(
      (name) =>
        !program.includes(`'${name}'`) && !program.includes(`value('${name.slice('LLM_BATCH_'.length)}'`),
    );
    expect(unread).toEqual([]);
  });

  it('has no secret among its variables, and takes its key from a file', () => {
    const service = batchWorkerService('litellm', facts);
    expect(Object.keys(service.environment)).not.toContain('LLM_BATCH_KEY');
    expect(service.volumes.map(({ source, target }) => [source, target])).toContainEqual([
      '/run/llm/batch.env',
      '/run/secrets/env',
    ]);
    expect([...service.entrypoint, ...service.command]).toEqual([
      ...['/bin/sh', '/llm/enter.sh', 'python3', '/llm/batch/batch.py'],
    ]);
  });

  it('is given longer than its drain before it is killed', () => {
    expect(batchWorkerService('litellm', facts).stop_grace_period).toBe('135s');
  });

  it('refuses to be made without what its cloud needs, or with what another needs', () => {
    expect(() => batchEnvironment({ ...facts, cloudVariables: {} })).toThrow(
      'the batch worker on aws needs AWS_REGION: see AWS_REGION',
    );
    expect(() =>
      batchEnvironment({ ...facts, cloudVariables: { AWS_REGION: 'x', AZURE_CLIENT_ID: 'y' } }),
    ).toThrow('see AZURE_CLIENT_ID');
  });

  it('watches no saturation where nobody tells it', () => {
    const { saturationUrl: _, saturation: __, ...unwatched } = facts;
    expect(Object.keys(batchEnvironment(unwatched)).filter((name) => name.includes('SATURATION'))).toEqual(
      [],
    );
  });
});
