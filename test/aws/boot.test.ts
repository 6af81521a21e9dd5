import { describe, expect, it } from 'vitest';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { bundle } from '../../lib/runtime/bundle';
import { environmentKeysFor } from '../../lib/runtime/environment';
import { text } from './facts-groups';
import { type deployments, planOf } from './plan-fixture';
import { type Properties, type Written, written, writtenOf } from './synthesize';

const start = (template: Written): string =>
  text(template.only('AWS::EC2::LaunchTemplate').Properties?.LaunchTemplateData.UserData['Fn::Base64']);
const variable = (template: Written, name: string) =>
  new RegExp(`^ +${name}='(.*)'$`, 'm').exec(start(template))?.[1];

describe('what a machine is told at its start', () => {
  it.each(['tunnel', 'internal', 'public'] satisfies (keyof typeof deployments)[])(
    '%s: is every name that its programs ask for, and no other',
    (name) => {
      const plan = planOf(name);
      const names = [...start(written(plan)).matchAll(/^ +(LLM_[A-Z_]+)='/gm)].map(([, found]) => found);
      expect(names).toEqual(environmentKeysFor(plan, 'server'));
    },
  );

  it('are references to the parts themselves', () => {
    const template = writtenOf('internal');
    expect(variable(template, 'LLM_DATA_VOLUME_ID')).toBe(`<${template.logicalId('AWS::EC2::Volume')}>`);
    expect(variable(template, 'LLM_DATABASE_HOST')).toBe(
      `<${template.logicalId('AWS::RDS::DBInstance')}.Endpoint.Address>`,
    );
    expect(variable(template, 'LLM_CACHE_HOST')).toBe(
      `<${template.logicalId('AWS::ElastiCache::ReplicationGroup')}.PrimaryEndPoint.Address>`,
    );
    expect(variable(template, 'LLM_SIGNAL_RESOURCE')).toBe(
      template.logicalId('AWS::AutoScaling::AutoScalingGroup'),
    );
    expect(variable(template, 'LLM_GROUP')).toBe(
      template.only('AWS::AutoScaling::AutoScalingGroup').Properties?.AutoScalingGroupName,
    );
    expect(variable(template, 'LLM_TERMINATE_HOOK')).toBe(
      template.only('AWS::AutoScaling::LifecycleHook').Properties?.LifecycleHookName,
    );
  });

  it('holds the hash of the bundle, so that one changed flag of the engine makes a new machine', () => {
    const before = planOf('tunnel');
    const [model] = before.decisions.models;
    const after: SingleServerPlan = {
      ...before,
      decisions: {
        ...before.decisions,
        models: [{ ...(model as (typeof before.decisions.models)[0]), maxQueuedRequests: 7 }],
      },
    };
    const [first, second] = [written(before), written(after)];
    expect(start(first)).toContain(bundle(before, 'aws').sha256);
    expect(start(second)).toContain(bundle(after, 'aws').sha256);
    expect(start(first)).not.toBe(start(second));
  });

  it('are models and adapters in buckets of the user too, which it may read before it starts', () => {
    const template = writtenOf('several');
    const [id, policy] =
      Object.entries(template.resources).find(([, { Properties }]) =>
        JSON.stringify(Properties ?? {}).includes('our-adapters/'),
      ) ?? [];
    const statements = policy?.Properties?.PolicyDocument.Statement as Properties[];
    expect(statements.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      ['s3:GetObject', ['arn:aws:s3:::our-adapters/legal/*', 'arn:aws:s3:::our-adapters/support/*']],
      ['s3:ListBucket', 'arn:aws:s3:::our-adapters'],
    ]);
    expect(template.only('AWS::AutoScaling::AutoScalingGroup').DependsOn).toContain(id);
  });

  it('comes from one object that the machine may read, and no other of that bucket', () => {
    const template = writtenOf('tunnel');
    const [, bucket, key] = /s3:\/\/([^/']+)\/([0-9a-f]{64}\.zip)/.exec(start(template)) ?? [];
    const readable = template
      .properties('AWS::IAM::ManagedPolicy')
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement as Properties[])
      .flatMap(({ Resource }) => [Resource].flat().map(text))
      .filter((resource) => resource.includes('cdk-'));
    expect(readable).toEqual([`arn:aws:s3:::${bucket}/${key}`]);
  });
});
