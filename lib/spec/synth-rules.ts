import type { Issue } from '../errors';
import { ingressOf } from './ingress';
import type { Spec } from './types';

/** What only `synth` needs: people plan, price and compare before they own a domain. */
export function synthIssues(spec: Spec): Issue[] {
  return synthRules.flatMap((rule) => rule(spec));
}

const synthRules = [domainNeeded, certificateNeeded];

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
