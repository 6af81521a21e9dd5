import { once, records } from './table';

/** A flag of `vllm serve` 0.33.0, without its dashes. */
export interface EngineFlag {
  flag: string;
  /** Name that switches it off; null: a switch without one, or not a switch. */
  opposite: string | null;
  takesValue: boolean;
  /** Null: any value. */
  choices: readonly string[] | null;
  source: string;
  asOf: string;
}

/** A flag of `llama-server`, build b11312, by each of its long names. */
export type LlamaFlag = Omit<EngineFlag, 'opposite'>;

type Row = Omit<EngineFlag, 'choices'> & { choices: string | null };

const table = once(() =>
  records<Row>(require('./data/vllm-flags.json')).map(
    (row): EngineFlag => ({ ...row, choices: row.choices?.split('|') ?? null }),
  ),
);

const llamaTable = once(() =>
  records<Omit<Row, 'opposite'>>(require('./data/llama-flags.json')).map(
    (row): LlamaFlag => ({ ...row, choices: row.choices?.split('|') ?? null }),
  ),
);

export function llamaServerFlags(): readonly LlamaFlag[] {
  return llamaTable();
}

export function engineFlags(): readonly EngineFlag[] {
  return table();
}

/** By its own name; the opposite of a switch is not a name here, as `false` says the same. */
export function findEngineFlag(name: string): EngineFlag | undefined {
  return table().find(({ flag }) => flag === name);
}
