import type { Issue } from '../errors';
import { ingressOf } from './ingress';
import type { Spec } from './types';
import { allVariants } from './variants';

/** What only `synth` needs: people plan, price and compare before they own a domain. */
export function synthIssues(spec: Spec): Issue[] {
  return synthRules.flatMap((rule) => rule(spec));
}

const synthRules = [domainNeeded, certificateNeeded, uploadNeeded];

function domainNeeded({ network }: Spec): Issue[] {
  const ingress = ingressOf(network);
  if (ingress === 'tunnel' || network.tls === 'none' || network.domain !== undefined) return [];
  return [
    {
      path: 'network.domain',
      rule: 'domain-needed',
      message: `is missing: with \`ingress: ${ingress}\` clients call the deployment by name. Write \`domain\`, or \`ingress: tunnel\` to do without`,
    },
  ];
}

function certificateNeeded({ network }: Spec): Issue[] {
  if (ingressOf(network) === 'tunnel' || network.tls === 'none') return [];
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
