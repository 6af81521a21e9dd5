import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { firstSpec } from '../../bin/first-spec';
import { parseSpec } from '../../lib/spec/parse';
import { ran } from './fake-terminal';

vi.mock('../../bin/questions', () => ({
  askFor: async () => {
    throw Object.assign(new Error('User force closed the prompt'), { name: 'ExitPromptError' });
  },
}));

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'init-'));
  file = join(folder, 'llm.yaml');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const flags = [
  '--name',
  'chat',
  '--cloud',
  'aws',
  '--region',
  'us-east-1',
  '--model',
  'Qwen/Qwen3-8B',
  '--concurrent-users',
  '50',
];

describe('init', () => {
  it('writes a commented spec of under 20 lines that plans', async () => {
    const { code, out } = await ran(['init', file, ...flags]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Wrote .*llm\.yaml: it plans to one \S+ \(1 x \S+\)\.\nNext: llm-constructs plan /);
    const text = readFileSync(file, 'utf8');
    expect(text.split('\n').length).toBeLessThan(20);
    expect(text).toMatch(/^# yaml-language-server: \$schema=\S+\/schema\/llm-constructs\.schema\.json\n/);
    expect((await ran(['plan', file])).code).toBe(0);
  });

  it('writes what the flags say, and synthesizable with a domain', async () => {
    const more = [
      '--domain',
      'llm.example.com',
      '--dns-zone',
      'Z0123456789ABCDEFGHIJ',
      '--notify',
      'ops@example.com',
    ];
    expect((await ran(['init', file, ...flags, ...more])).code).toBe(0);
    const { spec } = parseSpec(readFileSync(file, 'utf8'));
    expect(spec).toMatchObject({
      name: 'chat',
      network: { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' },
      monitoring: { notify: { emails: ['ops@example.com'] } },
      traffic: { concurrentUsers: 50 },
    });
  });

  it('points editors to a schema file that exists', async () => {
    await ran(['init', file, ...flags]);
    const [, path = ''] = /\$schema=(\S+)/.exec(readFileSync(file, 'utf8')) ?? [];
    expect(existsSync(join(folder, path))).toBe(true);
  });

  it('never replaces a file', async () => {
    writeFileSync(file, 'mine');
    const { code, err } = await ran(['init', file, ...flags]);
    expect(code).toBe(1);
    expect(err).toContain('exists and is not replaced');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it.each([
    [['--model', 'no/such-model'], '  --model (the answers)\n'],
    [['--region', 'us-east-9'], '  --region (the answers)\n'],
    [['--cloud', 'gcp'], 'not built yet'],
    [['--name', 'Chat App'], '  --name (the answers)\n    got "Chat App", expected a name'],
    [['--concurrent-users', '0'], '--concurrent-users 0 is no whole number'],
    [['--model', '"; rm -rf /'], '  --model (the answers)\n'],
    [['--domain', 'no domain'], '  --domain (the answers)\n'],
    [['--notify', 'ops'], '  --notify (the answers)\n'],
  ])('writes nothing when the answers cannot be planned: %j', async (wrong, message) => {
    const { code, err } = await ran(['init', file, ...flags, ...wrong]);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(err).not.toContain('llm.yaml:');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says what synth will still ask for: a token of a gated model, a zone of a domain', async () => {
    const gated = [...flags, '--model', 'meta-llama/Llama-3.1-8B-Instruct', '--domain', 'llm.example.com'];
    const { code, out } = await ran(['init', file, ...gated]);
    expect(code).toBe(0);
    expect(out).toContain(
      '\nBefore synth: modelStore.hubTokenSecret: models[0] meta-llama/Llama-3.1-8B-Instruct is gated',
    );
    expect(out).toContain('\nBefore synth: network.dnsZone: TLS for `llm.example.com` needs a certificate');
    expect(out).toMatch(/\nNext: llm-constructs plan \S+\n$/);
    const other = join(folder, 'other.yaml');
    const asJson = JSON.parse((await ran(['init', other, ...gated, '--json'])).out);
    expect(asJson.beforeSynth.map(({ rule }: { rule: string }) => rule).sort()).toEqual([
      'certificate-needed',
      'gated-model',
    ]);
    const whole = await ran(['init', join(folder, 'whole.yaml'), ...flags, '--json']);
    expect(JSON.parse(whole.out).beforeSynth).toEqual([]);
  });

  it('names the flags that are missing where nobody can be asked', async () => {
    const { code, err } = await ran(['init', file, '--name', 'chat', '--cloud', 'aws']);
    expect(code).toBe(1);
    expect(err).toContain('init needs --region, --model, --concurrent-users');
  });

  it('says why a folder cannot be written', async () => {
    const { code, err } = await ran(['init', join(folder, 'no/such/folder/llm.yaml'), ...flags]);
    expect(code).toBe(1);
    expect(err).toContain('cannot be written');
  });

  it('leaves nothing behind when the questions are interrupted', async () => {
    const { code, err } = await ran(['init', file], { interactive: true });
    expect({ code, err }).toEqual({ code: 1, err: '\nStopped; nothing was written.\n' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a first spec', () => {
  it('keeps any text as the very same text', () => {
    for (const text of [
      'true',
      'null',
      'no',
      '1e3',
      'a: b',
      "it's",
      '#x',
      '- a',
      '"',
      '\\',
      'ünï',
      '{a}',
      '@x',
    ]) {
      const yaml = firstSpec(
        { name: text, cloud: 'aws', region: 'r', model: 'm', concurrentUsers: 1 },
        './s.json',
      );
      expect(yaml).toContain(
        /^[A-Za-z][\w./-]*$/.test(text) && !/^(true|null|no)$/.test(text) ? text : JSON.stringify(text),
      );
    }
  });
});
