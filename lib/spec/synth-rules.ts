import type { Issue } from '../errors';
import { formOf } from './form';
import { ingressOf } from './ingress';
import type { Spec } from './types';
import { allVariants } from './variants';

/** What only `synth` needs: people plan, price and compare before they own a domain. */
export function synthIssues(spec: Spec): Issue[] {
  return synthRules.flatMap((rule) => rule(spec));
}

const synthRules = [domainNeeded, certificateNeeded, uploadNeeded, budgetPlace];

function domainNeeded(spec: Spec): Issue[] {
  const { network } = spec;
  const ingress = ingressOf(spec);
  if (ingress === 'tunnel' || network.tls === 'none' || network.domain !== undefined) return [];
  return [
    {
      path: 'network.domain',
      rule: 'domain-needed',
      message: `is missing: with \`ingress: ${ingress}\` clients call the deployment by name. Write \`domain\`${formOf(spec).form === 'single-server' ? ', or `ingress: tunnel` to do without' : ', or `tls: none` inside a network of yours'}`,
    },
  ];
}

function certificateNeeded(spec: Spec): Issue[] {
  const { network } = spec;
  if (ingressOf(spec) === 'tunnel' || network.tls === 'none') return [];
  if (network.dnsZone !== undefined || network.certificate !== undefined) return [];
  const name = network.domain === undefined ? 'the domain' : `\`${network.domain}\``;
  return [
    {
      path: 'network.dnsZone',
      rule: 'certificate-needed',
      message: `TLS for ${name} needs a certificate: write \`dnsZone\` (the hosted zone validates a managed one), or \`certificate\` with the ARN of one you have`,
    },
  ];
}

/** The first machine waits for the weights while the stack that makes a new bucket waits for the machine. */
function uploadNeeded({ models, modelStore }: Spec): Issue[] {
  const imported = [...allVariants(models), ...models.flatMap(({ adapters }) => adapters ?? [])];
  const fromHub = imported.some(({ source }) => !source.startsWith('s3://'));
  if (modelStore.import === 'job' || modelStore.bucket !== undefined || !fromHub) return [];
  return [
    {
      path: 'modelStore.bucket',
      rule: 'upload-needed',
      message:
        'is missing: with `import: manual` the weights must be in the bucket before the first machine starts, and a new bucket is empty. Write the name of a bucket that you have filled, or `import: job`',
    },
  ];
}

/**
 * Regions of the catalogue whose CloudFormation has no `AWS::Budgets::Budget` and refuses a template that names it:
 * "Unrecognized resource types".
 *
 * Source: the resource types by region of CloudFormation Validate in aws-cdk-lib 2.276.0, asked 2026-11; for
 * eu-central-2 also https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2177.
 */
export const regionsWithoutBudgets: readonly string[] = [
  'af-south-1',
  'ap-east-1',
  'ap-northeast-3',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-7',
  'ca-west-1',
  'eu-central-2',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'mx-central-1',
  'us-gov-east-1',
  'us-gov-west-1',
];

function budgetPlace({ budget, regions: [region] }: Spec): Issue[] {
  if (budget === undefined || !regionsWithoutBudgets.includes(region)) return [];
  return [
    {
      path: 'budget',
      rule: 'budget-region',
      message: `CloudFormation in ${region} has no budgets. Remove \`budget\` and make the same one from outside, where budgets belong to the account and not to a region: docs/aws.md has the command`,
    },
  ];
}
