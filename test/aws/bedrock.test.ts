import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { Bedrock } from '../../lib/aws/bedrock';
import type { ManagedModelDecision } from '../../lib/plan/plan';
import { text } from './facts-groups';
import { planOf } from './plan-fixture';
import { type Properties, partWritten, type Written, writtenOf } from './synthesize';

const { managedModels } = planOf('several').decisions;
const [claude, titan] = managedModels as [ManagedModelDecision, ManagedModelDecision];

const allowed = (template: Written) =>
  template
    .properties('AWS::IAM::ManagedPolicy')
    .map(({ PolicyDocument }) => PolicyDocument.Statement as Properties[]);
const written = (models: ManagedModelDecision[]) =>
  partWritten((stack) => {
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    new Bedrock(stack, 'Bedrock', { region: 'eu-central-1', models, role });
  });
const both = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];

describe('models of Bedrock', () => {
  it('that have a profile are called through it, in every region that it may choose, and not past it', () => {
    const profile =
      'arn:aws:bedrock:eu-central-1:<AWS::AccountId>:inference-profile/eu.anthropic.claude-haiku-4-5-20251001-v1:0';
    const regions = ['eu-central-1', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-3'];
    const [statements] = allowed(written([claude]));
    expect(
      statements?.map(({ Action, Resource, Condition }) => [
        Action,
        [Resource].flat().map(text),
        Condition && text(Condition.ArnEquals['bedrock:InferenceProfileArn']),
      ]),
    ).toEqual([
      [both, [profile], undefined],
      [
        both,
        regions.map(
          (region) => `arn:aws:bedrock:${region}::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0`,
        ),
        profile,
      ],
    ]);
  });

  it('without a profile are called in the region itself, and an embedding is not streamed', () => {
    expect(allowed(written([titan]))).toEqual([
      [
        {
          Effect: 'Allow',
          Action: 'bedrock:InvokeModel',
          Resource: 'arn:aws:bedrock:eu-central-1::foundation-model/amazon.titan-embed-text-v2:0',
        },
      ],
    ]);
  });

  it('stay below the length of a policy, which counts for the largest of them', () => {
    const long = { ...claude, modelId: 'm'.repeat(140), inferenceProfile: `eu.${'m'.repeat(140)}` };
    for (const statements of allowed(written([long]))) {
      expect(JSON.stringify(statements).length).toBeLessThan(6144);
    }
  });

  it('are allowed to the machine, before the first one starts, and only where the plan has them', () => {
    const template = writtenOf('several');
    const ids = Object.entries(template.resources)
      .filter(([, { Properties }]) => JSON.stringify(Properties ?? {}).includes('bedrock:InvokeModel'))
      .map(([id]) => id);
    expect(ids).toHaveLength(2);
    expect(template.only('AWS::AutoScaling::AutoScalingGroup').DependsOn).toEqual(
      expect.arrayContaining(ids),
    );
    for (const id of ids) {
      expect(text(template.resources[id]?.Properties?.Roles[0])).toMatch(/^<LlmServerRole/);
    }
    expect(writtenOf('internal').text).not.toContain('bedrock:');
  });

  it('need no port but that of HTTPS, and no endpoint, which a network with a way out does without', () => {
    const template = writtenOf('several');
    const types = template.properties('AWS::EC2::VPCEndpoint').map(({ VpcEndpointType }) => VpcEndpointType);
    expect(types).toEqual(['Gateway']);
    const machine = template
      .properties('AWS::EC2::SecurityGroup')
      .find(({ GroupDescription }) => GroupDescription === 'LLM serving machine');
    const out = ((machine?.SecurityGroupEgress ?? []) as Properties[]).map(({ FromPort }) => FromPort);
    expect(out).toEqual([443]);
  });

  it('are called from a container, which gets the identity of the machine only then', () => {
    const hops = (name: 'several' | 'public') =>
      writtenOf(name).only('AWS::EC2::LaunchTemplate').Properties?.LaunchTemplateData.MetadataOptions
        .HttpPutResponseHopLimit;
    expect(hops('several')).toBe(2);
    expect(hops('public')).toBe(1);
  });
});
