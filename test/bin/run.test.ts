import { describe, expect, it } from 'vitest';
import { commands } from '../../bin/commands/command';
import { ran, spec } from './fake-terminal';

describe('the command line', () => {
  it('names every command and the exit codes when nothing is asked', async () => {
    const { code, out } = await ran([]);
    expect(code).toBe(0);
    for (const name of Object.keys(commands)) expect(out).toContain(`\n  ${name} `);
    expect(out).toContain('Exit code: 0 done, 1 something to mend');
  });

  it.each(Object.keys(commands))(
    '%s --help gives an example, the JSON shape and no line over 80',
    async (name) => {
      const { code, out } = await ran([name, '--help']);
      expect(code).toBe(0);
      expect(out).toContain('Example:');
      expect(out).toContain(`llm-constructs ${name}`);
      expect(out).toContain('With --json:');
      expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    },
  );

  it('guesses what a misspelt command meant, and exits with 1', async () => {
    const { code, out, err } = await ran(['plam']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain("unknown command 'plam'");
    expect(err).toContain('Did you mean plan?');
  });

  it('refuses an unknown option with the nearest known one', async () => {
    const { code, err } = await ran(['models', '--serch', 'qwen']);
    expect(code).toBe(1);
    expect(err).toContain("unknown option '--serch'");
    expect(err).toContain('--search');
  });

  it.each([
    [['fit', '--gpu-count', '0'], '--gpu-count 0 is no whole number of at least 1.\n'],
    [['fit', '--utilization', '2'], '--utilization 2 is no share between 0 and 1, such as 0.92.\n'],
    [['init', '--concurrent-users', '1.5'], '--concurrent-users 1.5 is no whole number of at least 1.\n'],
  ])('names the option whose value it refuses: %j', async (argv, message) => {
    expect(await ran(argv)).toEqual({ code: 1, out: '', err: message });
  });

  it('says which argument is missing', async () => {
    const { code, err } = await ran(['plan']);
    expect(code).toBe(1);
    expect(err).toContain("missing required argument 'spec'");
  });

  it('prints errors as JSON on the output when JSON is asked for', async () => {
    const { code, out } = await ran(['plan', '-', '--json'], {
      input: spec.replace('cloud: aws', 'cloud: ovh'),
    });
    expect(code).toBe(1);
    const { error } = JSON.parse(out);
    expect(error.issues).toHaveLength(1);
    expect(error.issues[0]).toMatchObject({ path: 'cloud', line: 2 });
  });

  it('prints usage errors as JSON too', async () => {
    const { code, out } = await ran(['plan', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({ error: { message: "missing required argument 'spec'", issues: [] } });
  });

  it('calls a defect by its name, with the stack, and exits with 2', async () => {
    const stdin = () => {
      throw new TypeError('not a function');
    };
    const { code, err } = await ran(['plan', '-'], { stdin });
    expect(code).toBe(2);
    expect(err).toContain('This is a defect of llm-constructs 0.1.0');
    expect(err).toContain('TypeError: not a function\n    at ');
    expect(err).toContain('Please report it');
  });

  it('gives the whole message of a defect as JSON, and its stack on the error stream', async () => {
    const message = 'CloudFormation would refuse the template:\n  chat/Llm (Llm1): does not exist';
    const stdin = () => {
      throw new Error(message);
    };
    const { code, out, err } = await ran(['plan', '-', '--json'], { stdin });
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({ error: { message, issues: [] } });
    expect(err).toContain(`${message}\n    at `);
  });

  it('prints the version', async () => {
    expect(await ran(['--version'])).toEqual({ code: 0, out: '0.1.0\n', err: '' });
  });
});
