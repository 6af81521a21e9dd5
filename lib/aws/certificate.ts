import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as route53 from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import { issuesError } from '../errors';
import type { EntryDecision } from '../plan/plan';

/** The certificate of the plan: an existing one by ARN, or a new one that proves itself through the zone. */
export function plannedCertificate(
  scope: Construct,
  entry: Pick<EntryDecision, 'certificate' | 'domain' | 'dnsZone'>,
): acm.ICertificate {
  if (entry.certificate !== undefined) {
    return acm.Certificate.fromCertificateArn(scope, 'Certificate', entry.certificate);
  }
  if (entry.domain === undefined || entry.dnsZone === undefined) {
    const path = entry.domain === undefined ? 'network.domain' : 'network.dnsZone';
    throw issuesError([
      {
        path,
        rule: 'certificate-needed',
        message:
          'is missing, and TLS needs a certificate: write `domain` and `dnsZone` for a managed one, name yours in `certificate`, or give one to the construct',
      },
    ]);
  }
  return new acm.Certificate(scope, 'Certificate', {
    domainName: entry.domain,
    validation: acm.CertificateValidation.fromDns(
      route53.HostedZone.fromHostedZoneId(scope, 'ValidationZone', entry.dnsZone),
    ),
  });
}
