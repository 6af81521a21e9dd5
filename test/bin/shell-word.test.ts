import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../../bin/shell-word';

describe('a word of a printed command', () => {
  it.each(['out', './a-b/c_d.yaml', '/tmp/x@2:1', 'a,b+c'])(
    'stays as it is where the shell does: %s',
    (word) => {
      expect(shellWord(word)).toBe(word);
    },
  );

  it.each(["it's", 'a b/ü$x', '$(id)', '~', 'a;b', '*', '', 'a\nb', '"', '\\'])(
    'is the same word after a shell has read it: %j',
    (word) => {
      const { stdout } = spawnSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' });
      expect(stdout).toBe(word);
    },
  );

  it('is never taken for an option', () => {
    expect(shellWord('-out')).toBe('./-out');
  });
});
