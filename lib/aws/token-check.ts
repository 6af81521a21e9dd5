import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { EntryDecision } from '../plan/plan';

/**
 * Passes requests on whose token in `Authorization` is signed by the issuer, in time, and meant for this API; the
 * balancer answers the others with 401. Of HTTPS listeners only.
 *
 * CDK's own `ListenerAction.authenticateJwt` (2.276) has no audience: it would take each token of the issuer, those
 * for other applications too.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html
 */
export class TokenCheck extends elb.ListenerAction {
  constructor({ issuer, jwksUrl, audience }: NonNullable<EntryDecision['jwt']>, next: elb.ListenerAction) {
    super(
      {
        type: 'jwt-validation',
        jwtValidationConfig: {
          issuer,
          jwksEndpoint: jwksUrl,
          additionalClaims: [{ name: 'aud', format: 'single-string', values: [audience] }],
        },
      },
      next,
    );
  }
}
