import type { Plan } from '../../lib/plan/plan';
import { type Check, each } from './check';
import type { Facts } from './facts';

/** Forms that only values of secrets have: API keys, tokens, private keys, passwords in addresses. */
const secretForms = [
  /sk-[A-Za-z0-9_-]{16,}/g,
  /hf_[A-Za-z0-9]{20,}/g,
  /AKIA[0-9A-Z]{16}/g,
  /gh[pousr]_[A-Za-z0-9]{30,}/g,
  /xox[abprs]-[A-Za-z0-9-]{10,}/g,
  /eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/g,
  /[a-z]+:\/\/[^\s'"$<+:/@]*:[^\s'"$<+@{/]+@/g,
  // fields that end in `Secret` hold names
  /(password|passwd|api_?key)["']?\s*[:=]\s*["'][^"'\s$<{}/]{8,}["']/gi,
];

/** Words of letters and digits that are as mixed as words made by chance are: see `changes`. */
const word = /[A-Za-z0-9+/_=-]{20,}/g;

/** What pins an image. */
const digest = /@sha256:[0-9a-f]{64}\b/g;

/**
 * Secrets in a text: what looks like one, and words that are random.
 *
 * `made`: names and hashes that the cloud's own tool made up, which are random too.
 */
export function secretsIn(text: string, made: readonly string[] = []): string[] {
  const read = made.reduce((rest, name) => rest.replaceAll(name, ' '), text.replace(digest, ' '));
  return [
    ...secretForms.flatMap((form) => read.match(form) ?? []),
    ...(read.match(word) ?? []).filter(isRandom),
  ];
}

/**
 * Names written by people change between small letters, capitals and digits at 1 of 3 places at most (measured over
 * all templates and bundles); 20 random letters and digits at more than 42 % with a likelihood of 97 %, 32 hexadecimal
 * digits at more than 30 % with 96 %.
 */
function isRandom(candidate: string): boolean {
  const kinds = new Set([...candidate].map(kindOf));
  kinds.delete(undefined);
  if (!kinds.has('digit') || kinds.size < 2) return false;
  if (kinds.size === 3) return changes(candidate) > 0.42;
  return candidate.length >= 24 && changes(candidate) > 0.3;
}

/** At how many of the places between two letters or digits the kind changes, 0 to 1. */
function changes(candidate: string): number {
  const kinds = [...candidate].map(kindOf).filter((kind) => kind !== undefined);
  return kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length / (kinds.length - 1);
}

function kindOf(letter: string): string | undefined {
  if (/[a-z]/.test(letter)) return 'small';
  if (/[A-Z]/.test(letter)) return 'capital';
  return /\d/.test(letter) ? 'digit' : undefined;
}

/** Sums of its own files, which are as random as keys. */
const checksums = 'SHA256SUMS';

function texts({ groups, text }: Facts): [string, string][] {
  return [
    ['the output', text],
    ...groups.flatMap(({ name, start, bundle }): [string, string][] => [
      [`the start text of ${name}`, start],
      ...bundle.files
        .filter(({ path }) => path !== checksums)
        .map(({ path, content }): [string, string] => [`${path} of ${name}`, content]),
    ]),
  ];
}

/** Commits of models, which are as random as keys. */
const revisions = ({ decisions }: Plan): string[] =>
  decisions.models
    .flatMap(({ revision, adapters }) => [revision, ...adapters.map((adapter) => adapter.revision)])
    .filter((revision) => /^[0-9a-f]{40}$/.test(revision));

/** Random letters and digits as a password generator makes them; not a secret of anything. */
const planted = ['Xq7Lw2', 'Rk9Tb4', 'Vn8Zc1', 'Hd6Ps3'].join('');

export const secretChecks: Check[] = [
  {
    promises:
      'contains no value of a secret: not in the output, not in the start text, not in a file of the bundle',
    problems: ({ facts, plan }) => {
      const made = [...facts.made, ...facts.groups.map(({ bundle }) => bundle.sha256), ...revisions(plan)];
      return [...texts(facts), ['the plan', JSON.stringify(plan)] as const].flatMap(([where, text]) =>
        secretsIn(text, made).map((found) => `${where}: ${found}`),
      );
    },
    violations: {
      'a password in the output': (facts) => {
        facts.text += ` "MasterUserPassword":"${planted}"`;
        return true;
      },
      'a key in the start text': ({ groups }) =>
        each(groups, (group) => (group.start += `\nexport KEY=sk-${planted}\n`)),
      'a random word in a file of the bundle': ({ groups }) =>
        each(
          groups.flatMap(({ bundle }) => bundle.files),
          (file) => {
            file.content += `\n${planted}\n`;
          },
        ),
    },
  },
];
