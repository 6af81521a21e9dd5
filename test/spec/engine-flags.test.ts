import { describe, expect, it } from 'vitest';
import { engineFlags, findEngineFlag } from '../../lib/catalog/engine-flags';
import { reservedFlags, derivedFlags as started } from '../../lib/runtime/vllm-command';
import { closedFlags, derivedFlags } from '../../lib/spec/rules/engine-args';

describe('flags that the plan derives', () => {
  it('are closed to `engineArgs`, all that the engine is started with', () => {
    const open = [...Object.keys(started), ...Object.keys(reservedFlags)]
      .map((flag) => flag.replace(/^--/, ''))
      .map((flag) => engineFlags().find((known) => known.opposite === flag)?.flag ?? flag)
      .filter((flag) => !Object.hasOwn(derivedFlags, flag));
    expect(Object.keys(started).length).toBeGreaterThan(12);
    expect(open).toEqual([]);
  });

  it('exist in the engine', () => {
    const names = [...Object.keys(derivedFlags), ...Object.keys(closedFlags)];
    expect(names.filter((flag) => findEngineFlag(flag) === undefined)).toEqual([]);
  });
});
