import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as route53 from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
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
    throw new Error('a plan with TLS has a certificate, or a domain and a DNS zone to prove one with');
  }
  return new acm.Certificate(scope, 'Certificate', {
    domainName: entry.domain,
    validation: acm.CertificateValidation.fromDns(
      route53.HostedZone.fromHostedZoneId(scope, 'ValidationZone', entry.dnsZone),
    ),
  });
}
