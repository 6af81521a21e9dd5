import { findRegion } from '../../catalog/regions';
import { dataForm } from '../data-form';
import { formSections } from '../form';
import { encryptionOf } from '../law';
import { either, shortened, shown } from '../words';
import { isPrivate, networkAddress } from './network';
import { type Finding, finding, rule } from './rule';

export const cacheNeeded = rule('cache-needed', ['gateway', 'cache'], ({ gateway, cache }) =>
  gateway.responseCache !== undefined && cache.valkey === 'none'
    ? [
        finding(
          ['gateway', 'responseCache'],
          'needs a cache, and `cache.valkey` is `none`: write `embedded` or `managed` there, or remove `responseCache`',
        ),
      ]
    : [],
);

export const embeddedData = rule('unused-field', ['database', 'cache', 'images', ...formSections], (spec) => {
  const { database, images } = spec;
  const { postgres, valkey } = dataForm(spec);
  const found: Finding[] = [];
  if (database.highAvailability && postgres !== 'managed') {
    found.push(
      finding(
        ['database', 'highAvailability'],
        'got true, but an embedded database has no standby: write `postgres: managed`, or remove it',
      ),
    );
  }
  if (images.database !== undefined && postgres === 'managed') {
    found.push(finding(['images', 'database'], 'has no meaning with a managed database: remove it'));
  }
  if (images.cache !== undefined && (valkey === 'managed' || valkey === 'none')) {
    found.push(finding(['images', 'cache'], `has no meaning with \`cache.valkey: ${valkey}\`: remove it`));
  }
  return found;
});

export const databaseClients = rule(
  'database-clients',
  ['database', 'cache', ...formSections],
  (spec): Finding[] => {
    const { allowedCidrs } = spec.database;
    if (allowedCidrs === undefined) return [];
    const at = ['database', 'allowedCidrs'];
    if (dataForm(spec).postgres !== 'managed') {
      return [
        finding(
          at,
          'lets applications into a managed database, and Postgres is on the machine, which nobody reaches: write `database.postgres: managed`, or remove it',
        ),
      ];
    }
    return allowedCidrs.flatMap((cidr, index) => {
      const start = networkAddress(cidr);
      if (start !== cidr) return [finding([...at, index], `${cidr} begins inside its range: write ${start}`)];
      if (isPrivate(cidr)) return [];
      return [
        finding(
          [...at, index],
          `${cidr} is not a private range, and a database is never reached from the internet: write one of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, or a part of them`,
        ),
      ];
    });
  },
);

export const sameRegion = rule('residency-outside', ['cloud', 'regions', 'network', 'security'], (spec) => {
  const region = findRegion(spec.cloud, spec.regions[0]);
  const arns: [string[], string | undefined][] = [
    [['network', 'certificate'], spec.network.certificate],
    [['security', 'encryptionKey'], spec.security.encryptionKey],
  ];
  return arns.flatMap(([at, arn]) => {
    const there = arn?.split(':')[3];
    if (there === undefined || region === undefined || there === region) return [];
    return [
      finding(at, `is in \`${there}\`, and the deployment in \`${region}\`: name one in \`${region}\``),
    ];
  });
});

export const customerKey = rule('customer-key', ['security'], ({ security }) =>
  security.encryptionKey !== undefined && encryptionOf({ security }) !== 'customer-managed'
    ? [
        finding(
          ['security', 'encryptionKey'],
          'is used only with `encryption: customer-managed`: write that, or remove the key',
        ),
      ]
    : [],
);

/** Tag limits of AWS: 50 a resource, of which we write 4 and the cloud's own services some. */
const mostTags = 40;
/** Of the spec, those by which permissions, budget and snapshots know the deployment, and the name that consoles show. */
const ownTags = ['name', 'environment', 'managed-by', 'llm-deployment', 'llm-data-volume'];

/** Keys of IAM tags keep their case and are compared without it (IAM user guide, tagging rules, 2026-11). */
const sameTag = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

const tagSigns = '`_ . : / = + - @`';

/** Each once, in the order of the text. */
function refusedCharacters(text: string): string[] {
  return [...new Set(text.match(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu) ?? [])];
}

export const tagNames = rule('tags', ['tags'], ({ tags }) => {
  const names = Object.keys(tags);
  const found: Finding[] = names.flatMap((tag) => {
    const at = ['tags', tag];
    const own = ownTags.find((name) => sameTag(name, tag));
    if (own === tag) return [finding(at, `${shown(tag)} is written by the deployment: choose another name`)];
    const twin = own ?? names.find((name) => name !== tag && sameTag(name, tag));
    if (twin !== undefined)
      return [
        finding(
          at,
          `${shown(tag)} differs only in case from ${own ? '' : 'your tag '}\`${shortened(twin)}\`${own ? ', which is written by the deployment' : ''}, and a role may not have both: choose another name`,
        ),
      ];
    if (/^aws:/i.test(tag))
      return [finding(at, `${shown(tag)} begins with \`aws:\`, which AWS keeps for itself`)];
    const [name, value] = [refusedCharacters(tag), refusedCharacters(tags[tag] ?? '')];
    if (name.length + value.length === 0) return [];
    const got = name.length > 0 ? `the name ${shown(tag)}` : shown(tags[tag]);
    const refused = either((name.length > 0 ? name : value).slice(0, 5).map(shown));
    return [
      finding(
        at,
        `got ${got}: AWS allows no ${refused} in a tag. Write letters, digits, spaces and ${tagSigns}`,
      ),
    ];
  });
  const count = names.length;
  if (count > mostTags)
    found.push(finding(['tags'], `got ${count} tags, the limit is ${mostTags}: remove some`));
  return found;
});

/** A budget has up to ten notifications (AWS Budgets API reference, Notification, 2026-11). */
const mostAlerts = 10;

export const budgetLimits = rule('budget-limits', ['budget'], ({ budget }) => {
  const alerts = budget?.alertAtPercent ?? [];
  const at = ['budget', 'alertAtPercent'];
  const found = alerts.flatMap((percent, index) =>
    alerts.indexOf(percent) === index
      ? []
      : [finding([...at, index], `${percent} is listed twice: remove one`)],
  );
  if (alerts.length <= mostAlerts) return found;
  return [
    finding(at, `got ${alerts.length} alerts, the limit of AWS is ${mostAlerts}: remove some`),
    ...found,
  ];
});
