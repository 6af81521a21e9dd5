import { UserError } from '../errors';

/** A file that can be read in pieces. */
export interface GgufSource {
  /** For messages. */
  name: string;
  bytes: number;
  /** Fewer bytes than asked for at the end of the file. */
  read(offset: number, length: number): Buffer;
}

/** Values of single numbers, texts and switches; of lists only their length. */
export interface GgufMetadata {
  values: Map<string, string | number | boolean>;
  lengths: Map<string, number>;
}

const windowBytes = 1024 * 1024;
/** Keys and tensors of the largest public models are a few thousand. */
const mostEntries = 1_000_000;

/** Widths of the scalar types by their number (GGUF specification, ggml docs/gguf.md). */
const widths: Record<number, number> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const kindOfText = 8;
const kindOfList = 9;

/** Reads a GGUF file from its beginning: counts, metadata, then the table of tensors. */
export class GgufReader {
  private at = 0;
  private window: Buffer = Buffer.alloc(0);
  private windowAt = 0;
  private readonly tensors: number;
  private readonly keys: number;
  private alignment = 32;

  constructor(private readonly source: GgufSource) {
    const magic = source.read(0, 4).toString('latin1');
    if (magic !== 'GGUF')
      throw new UserError(
        `${source.name} is no GGUF file, and llama.cpp reads no other: docs/compose.md says where to get one and how to make one.`,
      );
    this.at = 4;
    const version = this.whole(4);
    if (version !== 2 && version !== 3)
      throw new UserError(
        `${source.name} is GGUF of version ${version}; 2 and 3 can be read: download or convert it again.`,
      );
    this.tensors = this.count();
    this.keys = this.count();
  }

  metadata(): GgufMetadata {
    const values: GgufMetadata['values'] = new Map();
    const lengths: GgufMetadata['lengths'] = new Map();
    for (let index = 0; index < this.keys; index++) {
      const key = this.text();
      const kind = this.whole(4);
      if (kind === kindOfList) lengths.set(key, this.skipList());
      else values.set(key, this.value(kind));
    }
    const alignment = values.get('general.alignment');
    if (typeof alignment === 'number' && alignment > 0) this.alignment = alignment;
    return { values, lengths };
  }

  /** After the metadata. Throws where the last tensor would begin behind the end of the file. */
  mustHoldItsTensors(): void {
    let last = 0;
    for (let index = 0; index < this.tensors; index++) {
      this.text();
      const dimensions = this.whole(4);
      this.at += dimensions * 8 + 4;
      last = Math.max(last, this.whole(8));
    }
    const data = Math.ceil(this.at / this.alignment) * this.alignment;
    if (this.tensors > 0 && data + last >= this.source.bytes) throw this.cutOff();
  }

  private value(kind: number): string | number | boolean {
    if (kind === kindOfText) return this.text();
    const bytes = this.take(this.width(kind));
    switch (kind) {
      case 0:
        return bytes.readUInt8();
      case 1:
        return bytes.readInt8();
      case 2:
        return bytes.readUInt16LE();
      case 3:
        return bytes.readInt16LE();
      case 4:
        return bytes.readUInt32LE();
      case 5:
        return bytes.readInt32LE();
      case 6:
        return bytes.readFloatLE();
      case 7:
        return bytes.readUInt8() !== 0;
      case 12:
        return bytes.readDoubleLE();
      default:
        return Number(kind === 10 ? bytes.readBigUInt64LE() : bytes.readBigInt64LE());
    }
  }

  private skipList(): number {
    const kind = this.whole(4);
    const length = this.count(Number.MAX_SAFE_INTEGER);
    if (kind === kindOfText) {
      for (let index = 0; index < length; index++) {
        const bytes = this.whole(8);
        this.at += bytes;
      }
    } else if (kind === kindOfList) for (let index = 0; index < length; index++) this.skipList();
    else this.at += length * this.width(kind);
    if (this.at > this.source.bytes) throw this.cutOff();
    return length;
  }

  private width(kind: number): number {
    const width = widths[kind];
    if (width === undefined)
      throw new UserError(`${this.source.name} has a value of unknown type ${kind}: it is damaged.`);
    return width;
  }

  private text(): string {
    const length = this.whole(8);
    if (length > this.source.bytes) throw this.cutOff();
    return this.take(length).toString('utf8');
  }

  private count(most = mostEntries): number {
    const count = this.whole(8);
    if (count > most)
      throw new UserError(`${this.source.name} claims ${count} entries in its header: it is damaged.`);
    return count;
  }

  private whole(bytes: 4 | 8): number {
    const taken = this.take(bytes);
    return bytes === 4 ? taken.readUInt32LE() : Number(taken.readBigUInt64LE());
  }

  private take(length: number): Buffer {
    const end = this.at + length;
    if (this.at < this.windowAt || end > this.windowAt + this.window.length) {
      this.window = this.source.read(this.at, Math.max(length, windowBytes));
      this.windowAt = this.at;
      if (this.window.length < length) throw this.cutOff();
    }
    const from = this.at - this.windowAt;
    this.at = end;
    return this.window.subarray(from, from + length);
  }

  private cutOff(): UserError {
    return new UserError(
      `${this.source.name} ends in the middle (${this.source.bytes} bytes): the download or copy was interrupted, so repeat it.`,
    );
  }
}
