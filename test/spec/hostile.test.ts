import { describe, expect, it } from 'vitest';
import { parseDeployment, parseSpec } from '../../lib/spec/parse';
import { issuesOf, smallest, textProblems } from './problems';

const base =
  'name: ab\ncloud: aws\nregion: us-east-1\nmodels: [Qwen/Qwen3-8B]\ntraffic: {concurrentUsers: 9}\n';

/** Nine levels of nine references each would be 387 million values. */
const aliasBomb = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...[...'bcdefghi'].map((name, index) => {
    const below = '*'.concat('abcdefgh'[index] as string);
    return `${name}: &${name} [${Array(9).fill(below).join(',')}]`;
  }),
].join('\n');

const refused: [what: string, text: string, problems: string[]][] = [
  [
    'an empty file',
    '',
    [': the spec is empty: write at least `name`, `cloud`, `region`, `models` and `traffic` [shape]'],
  ],
  [
    'a file of comments',
    '# later\n',
    [': the spec is empty: write at least `name`, `cloud`, `region`, `models` and `traffic` [shape]'],
  ],
  [
    'a list',
    '[1, 2]',
    [': the spec must be a map of fields, got a list of 2: begin with `name: my-llm` [shape]'],
  ],
  ['a word', 'hello', [': the spec must be a map of fields, got "hello": begin with `name: my-llm` [shape]']],
  [
    'several documents',
    `${base}---\n${base}`,
    [': got several documents (`---`): write one spec a file [syntax]'],
  ],
  [
    'a binary file',
    'a: \u0000\u0001',
    [': got a binary file or one that is not UTF-8: write YAML or JSON text [syntax]'],
  ],
  [
    'text that is not UTF-8',
    Buffer.from([0x6e, 0x3a, 0x20, 0xff]).toString('utf8'),
    [': got a binary file or one that is not UTF-8: write YAML or JSON text [syntax]'],
  ],
  [
    'tabs',
    'network:\n\tdomain: x\n',
    [': got a tab as indentation, which YAML forbids: indent with spaces [syntax]'],
  ],
  ['an open quote', 'name: "ab', [': not valid YAML or JSON: Missing closing "quote [syntax]']],
  ['a key twice', `${base}name: cd\n`, ['name: `name` is written twice: keep one [syntax]']],
  [
    'a key twice in a flow map',
    `${base}network: {cidr: a, cidr: b}\n`,
    ['network.cidr: `cidr` is written twice: keep one [syntax]'],
  ],
  [
    'a tag',
    `${base}tags: !!js/function "x"\n`,
    [': Unresolved tag: tag:yaml.org,2002:js/function: remove the tag (`!`) [syntax]'],
  ],
  [
    'binary data',
    `${base}tags: !!binary aGVsbG8=\n`,
    [': Unresolved tag: tag:yaml.org,2002:binary: remove the tag (`!`) [syntax]'],
  ],
  [
    'an alias bomb',
    aliasBomb,
    [': the aliases (`*name`) expand to more than 100 values: write the values out [syntax]'],
  ],
  [
    'many aliases',
    `a: &a x\nb: [${Array(10_000).fill('*a').join(',')}]`,
    [': the aliases (`*name`) expand to more than 100 values: write the values out [syntax]'],
  ],
  ['an alias of itself', 'a: &a [*a]', ['a[0][0][0]: nested deeper than 32 levels: flatten it [too-deep]']],
  ['an alias of nothing', 'a: *b', [': `*b` names no anchor (`&b`) above it: write the value out [syntax]']],
  [
    'a key of a megabyte',
    `${'k'.repeat(1e6)}: 1`,
    [': got 1000003 characters, the limit is 65536: shorten the spec [syntax]'],
  ],
  [
    'a long key',
    `${'k'.repeat(900)}: 1\n${base}`,
    [
      `${'k'.repeat(40)}...${'k'.repeat(12)}: got a name of 900 characters, the limit is 256: shorten it [too-large]`,
    ],
  ],
  [
    'a long value',
    `${base}tags: {a: ${'v'.repeat(20_000)}}`,
    ['tags.a: got a text of 20000 characters, the limit is 16384: shorten it [too-large]'],
  ],
  [
    '10,000 levels of lists',
    `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    [': nested deeper than 32 levels: flatten the spec [syntax]'],
  ],
  [
    '10,000 levels of maps',
    `${'{a: '.repeat(10_000)}1${'}'.repeat(10_000)}`,
    [': nested deeper than 32 levels: flatten the spec [syntax]'],
  ],
  [
    'levels of indentation',
    Array.from({ length: 300 }, (_, index) => `${' '.repeat(index)}a:`).join('\n'),
    [': nested deeper than 32 levels: flatten the spec [syntax]'],
  ],
  [
    'levels of dashes',
    `${'- '.repeat(20_000)}a`,
    [': nested deeper than 32 levels: flatten the spec [syntax]'],
  ],
  [
    'thousands of fields',
    Array.from({ length: 5000 }, (_, index) => `k${index}: 1`).join('\n'),
    [': the spec holds more than 2000 values: shorten it [too-large]'],
  ],
  [
    'not a number',
    `${base}budget: {monthlyUsd: .nan}\n`,
    ['budget.monthlyUsd: got NaN, which is not a finite number: write a number [shape]'],
  ],
  [
    'an endless number',
    `${base}budget: {monthlyUsd: 1e999}\n`,
    ['budget.monthlyUsd: got Infinity, which is not a finite number: write a number [shape]'],
  ],
  [
    'a huge number',
    `${base}budget: {monthlyUsd: 99999999999999999999999}\n`,
    ['budget.monthlyUsd: got 1e+23, expected a number from 1 to 1,000,000,000 [shape]'],
  ],
  [
    'the prototype',
    `${base}__proto__: {polluted: true}\n`,
    ['__proto__: `__proto__` is not a field of the spec: remove it [unknown-field]'],
  ],
  [
    'the prototype as a tag',
    `${base}tags: {__proto__: a}\n`,
    ['tags.__proto__: `__proto__` is not a field of the spec: remove it [unknown-field]'],
  ],
  [
    'an unknown version of YAML',
    `%YAML 9.9\n---\n${base}`,
    [': not valid YAML or JSON: Unsupported YAML version 9.9 [syntax]'],
  ],
];

describe('hostile texts', () => {
  it.each(refused)('%s: a message', (_, text, expected) => {
    expect(textProblems(text)).toEqual(expected);
  });

  it('leave the prototype of objects alone', () => {
    textProblems(
      `${base}__proto__: {polluted: true}\nnetwork: {constructor: {prototype: {polluted: true}}}\n`,
    );
    expect(({} as { polluted?: boolean }).polluted).toBe(undefined);
  });

  it('many mistakes: the first fifty and how many more', () => {
    const text = `${base}${Array.from({ length: 500 }, (_, index) => `zz${index}: 1`).join('\n')}`;
    const found = textProblems(text);
    expect(found.length).toBe(51);
    expect(found.at(-1)).toBe(': 450 more problems are not shown: mend these first [too-many]');
  });
});

describe('unusual texts', () => {
  const { spec } = parseSpec(base);

  it.each([
    ['a byte order mark', `\ufeff${base}`],
    ['Windows line ends', base.replaceAll('\n', '\r\n')],
    ['document markers', `---\n${base}...\n`],
    [
      'an alias used once',
      'name: &n ab\ncloud: aws\nregion: us-east-1\nmodels: [Qwen/Qwen3-8B]\ntraffic: {concurrentUsers: 9}\ntags: {team: *n}\n',
    ],
    ['JSON', JSON.stringify(smallest)],
    ['JSON with tabs', JSON.stringify(smallest, null, '\t')],
  ])('%s: read', (_, text) => {
    expect(issuesOf(() => parseSpec(text))).toEqual([]);
  });

  it('the byte order mark and line ends change nothing', () => {
    expect(parseSpec(`\ufeff${base.replaceAll('\n', '\r\n')}`).spec).toEqual(spec);
  });
});

describe('hostile objects', () => {
  const cycle: Record<string, unknown> = {};
  cycle.network = cycle;
  let deep: Record<string, unknown> = {};
  for (let level = 0; level < 100_000; level += 1) deep = { a: deep };

  it.each<[string, unknown, string[]]>([
    [
      'nothing',
      undefined,
      [': the spec is empty: write at least `name`, `cloud`, `region`, `models` and `traffic` [shape]'],
    ],
    [
      'a cycle',
      cycle,
      ['network.network.network.network: nested deeper than 32 levels: flatten it [too-deep]'],
    ],
    ['100,000 levels', deep, ['a.a.a.a: nested deeper than 32 levels: flatten it [too-deep]']],
    [
      'a list with a million holes',
      { ...smallest, models: new Array(1e6) },
      [': the spec holds more than 2000 values: shorten it [too-large]'],
    ],
  ])('%s: a message', (_, value, expected) => {
    const found = issuesOf(() => parseDeployment(value)).map(
      ({ path, message, rule }) => `${path}: ${message} [${rule}]`,
    );
    expect(found.slice(-1)).toEqual(expected);
  });

  it('an object without prototype is as good as any', () => {
    expect(issuesOf(() => parseDeployment(Object.assign(Object.create(null), smallest)))).toEqual([]);
  });
});
