import { dataForm } from '../data-form';
import { formSections } from '../form';
import { ingressOf } from '../ingress';
import { taskOf } from '../task';
import { type Finding, finding, rule } from './rule';

const ofBalancer = [
  ['network', 'domain'],
  ['network', 'dnsZone'],
  ['network', 'certificate'],
  ['network', 'tls'],
  ['network', 'allowedCidrs'],
  ['network', 'existing', 'balancerSubnets'],
  ['security', 'ipRequestsPerMinute'],
  ['gateway', 'jwt'],
] as const;

export const ingressConflict = rule(
  'ingress-conflict',
  ['network', 'security', 'environment', 'gateway', ...formSections],
  (spec, written) => {
    const { network, security, environment, gateway } = spec;
    const ingress = ingressOf(spec);
    if (ingress === 'tunnel') {
      const why = network.ingress === undefined ? 'a tunnel, as there is no `domain`' : '`ingress: tunnel`';
      const mend =
        network.ingress === undefined ? 'write `domain` too, or remove it' : 'remove it, or change `ingress`';
      const fields: readonly (readonly string[])[] = security.waf
        ? [...ofBalancer, ['security', 'waf']]
        : ofBalancer;
      return fields
        .filter((path) => written(...path))
        .map((path) => finding([...path], `has no meaning with ${why}: there is no balancer; ${mend}`));
    }
    const found: Finding[] = [];
    if (network.tls === 'none') {
      if (ingress === 'public' && environment === 'prod') {
        found.push(
          finding(
            ['network', 'tls'],
            'got `none`: keys and prompts would cross the internet in the clear in prod; remove it, or write `ingress: internal`',
          ),
        );
      }
      if (network.certificate !== undefined) {
        found.push(
          finding(['network', 'certificate'], 'has no meaning with `tls: none`: remove one of them'),
        );
      }
      if (gateway.jwt !== undefined) {
        found.push(
          finding(
            ['gateway', 'jwt'],
            'got a token check with `tls: none`: balancers check tokens on HTTPS alone, and tokens in the clear can be taken; remove one of them',
          ),
        );
      }
    }
    if (network.dnsZone !== undefined && network.domain === undefined) {
      found.push(
        finding(['network', 'dnsZone'], 'has no meaning without `domain`: write the name that clients call'),
      );
    }
    const waf = ingress === 'public' && (security.waf ?? environment !== 'dev');
    if (security.waf && ingress === 'internal') {
      found.push(
        finding(
          ['security', 'waf'],
          'got true with `ingress: internal`: the firewall is for the internet, remove it',
        ),
      );
    }
    if (!waf && written('security', 'ipRequestsPerMinute')) {
      found.push(
        finding(
          ['security', 'ipRequestsPerMinute'],
          ingress === 'public'
            ? 'is a limit of the web firewall, which is off: write `waf: true`, or remove it'
            : 'is a limit of the web firewall, which stands only before `ingress: public`: remove it',
        ),
      );
    }
    return found;
  },
);

/** Signals of parts that the deployment does not have, so that their alarms could never fire. */
export const unusedThresholds = rule(
  'unused-field',
  ['network', 'database', 'cache', 'monitoring', 'batch', ...formSections],
  (spec) => {
    const { network, models, monitoring, batch } = spec;
    const tunnel = ingressOf(spec) === 'tunnel';
    const ownCertificate = network.tls === 'none' || network.certificate !== undefined;
    const noDatabase = dataForm(spec).postgres !== 'managed';
    const noStream = models.every((model) => taskOf(model) === 'embedding');
    const absent = {
      'no-healthy-target': tunnel && 'there is no balancer with a tunnel',
      'certificate-expiry': (tunnel || ownCertificate) && 'there is no managed certificate',
      'database-connections': noDatabase && 'the database is embedded',
      'database-storage': noDatabase && 'the database is embedded; `disk-space` watches its disk',
      'ttft-p95': noStream && 'an embedding is not streamed; `latency-p99` watches the whole answer',
      'queue-age': batch === undefined && 'there is no `batch`',
      'dead-letters': batch === undefined && 'there is no `batch`',
      'inter-token-latency': noStream && 'an embedding is not streamed',
    };
    return Object.entries(absent)
      .filter(([signal, why]) => why && Object.hasOwn(monitoring.thresholds, signal))
      .map(([signal, why]) =>
        finding(['monitoring', 'thresholds', signal], `has no meaning here: ${why}; remove it`),
      );
  },
);
