import { type Law, lawFacts } from '../../catalog/laws';
import type { ManagedProvider } from '../../catalog/managed-models';
import { inScope, promptsKept } from '../../catalog/managed-terms';
import { encryptionOf, lawsOf, lawsOfOwnKeys, leastLogDays } from '../law';
import { logRetentionDays } from '../monitoring';
import type { Spec } from '../types';
import { isManaged, managedId } from '../variants';
import { type Finding, finding, rule } from './rule';

export const lawConflict = rule(
  'law-conflict',
  ['security', 'monitoring', 'gateway', 'batch', 'network', 'models'],
  (spec): Finding[] => {
    const named = lawsOf(spec);
    if (named.length === 0) return [];
    return [
      ...repeated(spec),
      ...logs(spec, named),
      ...prompts(spec, named),
      ...plainHttp(spec, named),
      ...keys(spec, named),
      ...managedModels(spec, named),
    ];
  },
);

const titles = (named: readonly Law[]) => named.map((law) => lawFacts(law).title).join(', ');

function repeated({ security }: Pick<Spec, 'security'>): Finding[] {
  return security.compliance.flatMap((law, index, all) =>
    all.indexOf(law) === index
      ? []
      : [finding(['security', 'compliance', index], `\`${law}\` is listed twice: remove one`)],
  );
}

/** A law that asks for long logs, and one that asks for short ones: only a person can weigh them. */
function logs({ monitoring }: Pick<Spec, 'monitoring'>, named: readonly Law[]): Finding[] {
  const at = ['monitoring', 'logRetentionDays'];
  const longest = leastLogDays(named);
  const locked = named.find((law) => lawFacts(law).lockedLogs);
  const short = named.find((law) => lawFacts(law).shortLogs);
  const written = monitoring.logRetentionDays;
  if (longest === undefined) return [];
  const asks = `${lawFacts(longest.law).title} wants logs kept for ${longest.days} days`;
  if (locked !== undefined && short !== undefined) {
    const against = `${asks} (${lawFacts(longest.law).source}), ${lawFacts(short).title} no longer than they are of use`;
    if (written === undefined) {
      return [
        finding(at, `is missing: ${against}. Write how long, such as ${longest.days}: it is yours to weigh`),
      ];
    }
    if (written >= longest.days) return [];
    return [{ at, message: `got ${written}: ${against}. Have the shorter time confirmed`, warning: true }];
  }
  if (written === undefined || written >= longest.days) return [];
  const allowed = logRetentionDays.find((days) => days >= longest.days);
  return [finding(at, `got ${written}: ${asks}. Write ${allowed} or more, or leave it out`)];
}

/** Prompts and answers lie in Postgres when they are logged, and in the files of `batch`. */
function prompts({ gateway, batch }: Pick<Spec, 'gateway' | 'batch'>, named: readonly Law[]): Finding[] {
  const kept: [path: string[], days: number, what: string][] = [
    [['gateway', 'promptRetentionDays'], gateway.promptRetentionDays, 'prompts and answers are'],
    [['batch', 'retentionDays'], batch?.retentionDays ?? 0, 'files of prompts and answers are'],
  ];
  return named.flatMap((law) => {
    const { mostPromptDays, title } = lawFacts(law);
    if (mostPromptDays === undefined) return [];
    return kept
      .filter(([, days]) => days > mostPromptDays)
      .map(([at, days, what]) =>
        finding(
          at,
          `got ${days}: under ${title} ${what} kept for at most ${mostPromptDays} days here, write ${mostPromptDays} or less`,
        ),
      );
  });
}

function plainHttp({ network }: Pick<Spec, 'network'>, named: readonly Law[]): Finding[] {
  if (network.tls !== 'none') return [];
  return [
    finding(
      ['network', 'tls'],
      `got \`none\`: ${titles(named)} ${named.length === 1 ? 'asks' : 'ask'} for encryption on the way, remove it`,
    ),
  ];
}

function keys(spec: Pick<Spec, 'security'>, named: readonly Law[]): Finding[] {
  const asking = lawsOfOwnKeys(named);
  if (asking.length === 0 || encryptionOf(spec) === 'customer-managed') return [];
  return [
    {
      at: ['security', 'encryption'],
      message: `got \`provider-managed\`: for ${titles(asking)} auditors look for keys of your own, whose use is recorded; remove it, or have it confirmed`,
      warning: true,
    },
  ];
}

function managedModels({ models }: Pick<Spec, 'models'>, named: readonly Law[]): Finding[] {
  return models.flatMap((model, index) => {
    if (!isManaged(model)) return [];
    const provider = (model.source ?? '').split(':')[0] as ManagedProvider;
    const at = ['models', index, 'source'];
    const kept = promptsKept(provider, managedId(model));
    const missing = named.filter((law) => inScope(law, provider) === false);
    return [
      ...(kept
        ? [
            finding(
              at,
              `${managedId(model)} ${kept.says}: it is not on the list for ${titles(named)}, take another model`,
            ),
          ]
        : []),
      ...missing.map((law) =>
        finding(
          at,
          `${model.source} is not on the list for ${lawFacts(law).title}: take a model that runs on machines of yours`,
        ),
      ),
    ];
  });
}
