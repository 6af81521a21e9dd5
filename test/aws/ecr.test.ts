import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { grantPull, repositories } from '../../lib/aws/ecr';
import type { ImagesDecision } from '../../lib/plan/plan';
import { planOf } from './plan-fixture';
import { type Properties, partWritten, writtenOf } from './synthesize';

const { images } = planOf('tunnel').decisions;
const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const own: ImagesDecision = {
  ...images,
  engine: `${host}/llm/engine@sha256:${'0'.repeat(64)}`,
  gateway: `${host}/llm/engine:1.0`,
  cache: `${host}/valkey`,
};

describe('images in a registry of AWS', () => {
  it('are read from their repositories, without tag or digest', () => {
    expect(repositories(own)).toEqual([
      { account: '123456789012', region: 'eu-west-1', name: 'llm/engine' },
      { account: '123456789012', region: 'eu-west-1', name: 'valkey' },
    ]);
    expect(repositories(images)).toEqual([]);
    expect(repositories({ ...images, engine: 'mirror.example.com/x.dkr.ecr.amazonaws.com/y:1' })).toEqual([]);
  });

  it('are pulled by exact repository', () => {
    const template = partWritten((stack) => {
      const policy = new ManagedPolicy(stack, 'Policy');
      grantPull(policy, own);
    });
    const statements = template.only('AWS::IAM::ManagedPolicy').Properties?.PolicyDocument
      .Statement as Properties[];
    expect(statements.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [
        ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        ['llm/engine', 'valkey'].map((name) => `arn:aws:ecr:eu-west-1:123456789012:repository/${name}`),
      ],
      ['ecr:GetAuthorizationToken', '*'],
    ]);
  });

  it('alone bring the permission with them', () => {
    expect(writtenOf('internal').text).toContain('ecr:BatchGetImage');
    expect(writtenOf('tunnel').text).not.toContain('"ecr:');
  });
});
