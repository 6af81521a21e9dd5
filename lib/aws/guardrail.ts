import { createHash } from 'node:crypto';
import * as bedrock from 'aws-cdk-lib/aws-bedrock';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Names } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { GuardrailDecision, GuardrailFilter } from '../plan/plan';

export interface GuardrailProps {
  readonly guardrail: GuardrailDecision;
  /** @default - a key that AWS manages */
  readonly key?: kms.IKey | undefined;
}

/**
 * Content filter of Bedrock, and the version of it that the gateway asks.
 *
 * Of the classic tier, which stays in its region: the standard tier sends prompts to others. It understands English,
 * French and Spanish.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-tiers.html (2026-11)
 */
export class Guardrail extends Construct {
  readonly resource: bedrock.CfnGuardrail;
  /** Of these filters: others make another version, while machines of the last one still run. */
  readonly version: bedrock.CfnGuardrailVersion;

  constructor(scope: Construct, id: string, props: GuardrailProps) {
    super(scope, id);
    const filtersConfig = props.guardrail.filters.map(filterConfig);
    this.resource = new bedrock.CfnGuardrail(this, 'Resource', {
      name: Names.uniqueResourceName(this, { maxLength: 50, separator: '-' }),
      description: 'Content filter of an LLM deployment',
      blockedInputMessaging: 'The content filter blocks this prompt.',
      blockedOutputsMessaging: 'The content filter blocks this answer.',
      contentPolicyConfig: { filtersConfig },
      ...(props.key && { kmsKeyArn: props.key.keyArn }),
    });
    const sum = createHash('sha256').update(JSON.stringify(filtersConfig)).digest('hex').slice(0, 16);
    this.version = new bedrock.CfnGuardrailVersion(this, 'Version', {
      guardrailIdentifier: this.resource.attrGuardrailId,
      // a version is a copy: only a changed property makes CloudFormation take another one
      description: `filters ${sum}`,
    });
  }

  /** Lets the gateway ask the filter. */
  grantApply(grantee: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['bedrock:ApplyGuardrail'],
      resourceArns: [this.resource.attrGuardrailArn],
    });
  }
}

const types = {
  hate: 'HATE',
  insults: 'INSULTS',
  sexual: 'SEXUAL',
  violence: 'VIOLENCE',
  misconduct: 'MISCONDUCT',
  'prompt-attack': 'PROMPT_ATTACK',
} satisfies Record<GuardrailFilter['category'], string>;

const strengths = { medium: 'MEDIUM', none: 'NONE' } satisfies Record<GuardrailFilter['answers'], string>;

const filterConfig = ({ category, prompts, answers }: GuardrailFilter) => ({
  type: types[category],
  inputStrength: strengths[prompts],
  outputStrength: strengths[answers],
});
