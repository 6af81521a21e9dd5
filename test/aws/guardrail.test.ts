import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { Guardrail } from '../../lib/aws/guardrail';
import type { GuardrailDecision } from '../../lib/plan/plan';
import { planOf, planWith } from './plan-fixture';
import { type Properties, partWritten, written, writtenOf } from './synthesize';

const planned = planWith({ gateway: { guardrail: true } });
const guardrail = planned.decisions.gateway.guardrail as GuardrailDecision;
const alone = (decision: GuardrailDecision) =>
  partWritten((stack) => void new Guardrail(stack, 'Guardrail', { guardrail: decision }));

describe('the content filter', () => {
  const whole = written(planned);

  it('blocks harm in prompts and answers, and attacks in prompts, without leaving its region', () => {
    const { ContentPolicyConfig, CrossRegionConfig, KmsKeyArn } = whole.only('AWS::Bedrock::Guardrail')
      .Properties as Properties;
    const filters = (ContentPolicyConfig.FiltersConfig as Properties[]).map(
      ({ Type, InputStrength, OutputStrength }) => [Type, InputStrength, OutputStrength],
    );
    expect(filters).toEqual([
      ['HATE', 'MEDIUM', 'MEDIUM'],
      ['INSULTS', 'MEDIUM', 'MEDIUM'],
      ['SEXUAL', 'MEDIUM', 'MEDIUM'],
      ['VIOLENCE', 'MEDIUM', 'MEDIUM'],
      ['MISCONDUCT', 'MEDIUM', 'MEDIUM'],
      ['PROMPT_ATTACK', 'MEDIUM', 'NONE'],
    ]);
    expect([ContentPolicyConfig.ContentFiltersTierConfig, CrossRegionConfig, KmsKeyArn]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('may be asked by the machine, and no other may', () => {
    const id = whole.logicalId('AWS::Bedrock::Guardrail');
    const statements = whole
      .properties('AWS::IAM::ManagedPolicy')
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement as Properties[])
      .filter(({ Action }) => JSON.stringify(Action).includes('bedrock'));
    expect(statements).toEqual([
      {
        Effect: 'Allow',
        Action: 'bedrock:ApplyGuardrail',
        Resource: { 'Fn::GetAtt': [id, 'GuardrailArn'] },
      },
    ]);
  });

  it('is told to the machine, whose containers may then use its identity', () => {
    const { LaunchTemplateData } = whole.only('AWS::EC2::LaunchTemplate').Properties as Properties;
    const text = JSON.stringify(LaunchTemplateData.UserData);
    expect(text).toContain(`"${whole.logicalId('AWS::Bedrock::Guardrail')}","GuardrailId"`);
    expect(text).toContain(`"${whole.logicalId('AWS::Bedrock::GuardrailVersion')}","Version"`);
    expect(LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit).toBe(2);
  });

  it('has another version when its filters change', () => {
    const described = (decision: GuardrailDecision) =>
      alone(decision).only('AWS::Bedrock::GuardrailVersion').Properties?.Description;
    const fewer = { ...guardrail, filters: guardrail.filters.slice(1) };
    expect(described(guardrail)).toBe(described(guardrail));
    expect(described(fewer)).not.toBe(described(guardrail));
  });

  it('is encrypted with the key of the deployment', () => {
    const keyed = partWritten((stack) => {
      new Guardrail(stack, 'Guardrail', { guardrail, key: new Key(stack, 'Key') });
    });
    expect(keyed.only('AWS::Bedrock::Guardrail').Properties?.KmsKeyArn).toEqual({
      'Fn::GetAtt': [keyed.logicalId('AWS::KMS::Key'), 'Arn'],
    });
  });

  it('is not there unless it is asked for', () => {
    expect(planOf('public').decisions.gateway.guardrail).toBeUndefined();
    expect(writtenOf('public').all('AWS::Bedrock::Guardrail')).toEqual([]);
  });
});
