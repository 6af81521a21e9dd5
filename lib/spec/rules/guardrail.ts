import { guardrailRegions } from '../../catalog/bedrock';
import { findRegion } from '../../catalog/regions';
import { finding, rule } from './rule';

/** The content filter is a service of the region: prompts do not leave it to be looked at. */
export const guardrailRegion = rule('guardrail-region', ['cloud', 'regions', 'gateway'], (spec) => {
  if (!spec.gateway.guardrail) return [];
  const region = findRegion(spec.cloud, spec.regions[0]);
  if (region === undefined || guardrailRegions.includes(region)) return [];
  return [
    finding(
      ['gateway', 'guardrail'],
      `${region} has no Bedrock Guardrails: remove it and filter in your application, or take a region such as us-east-1 or eu-central-1`,
    ),
  ];
});
