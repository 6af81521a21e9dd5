/** CBOR (RFC 8949) as AWS clients write it: what CloudWatch's newer protocol carries. Throws on anything else. */
export function decodeCbor(bytes: Buffer): unknown {
  let at = 0;
  const byte = () => bytes[at++] as number;

  function size(low: number): number {
    if (low < 24) return low;
    const width = { 24: 1, 25: 2, 26: 4, 27: 8 }[low];
    if (width === undefined) throw new Error(`no length in CBOR at ${at}: ${low}`);
    at += width;
    return width === 8 ? Number(bytes.readBigUInt64BE(at - 8)) : bytes.readUIntBE(at - width, width);
  }

  /** Items of a collection: a counted one, or one that ends with a break. */
  function* items(low: number): Generator<undefined> {
    if (low === 31) {
      while (bytes[at] !== 0xff) yield;
      at++;
    } else for (let left = size(low); left > 0; left--) yield;
  }

  function slice(length: number): Buffer {
    at += length;
    return bytes.subarray(at - length, at);
  }

  function simple(low: number): unknown {
    if (low === 20 || low === 21) return low === 21;
    if (low === 22 || low === 23) return undefined;
    if (low === 26) return slice(4).readFloatBE();
    if (low === 27) return slice(8).readDoubleBE();
    throw new Error(`simple value ${low} of CBOR is not known here`);
  }

  function value(): unknown {
    const first = byte();
    const [major, low] = [first >> 5, first & 31];
    if (major === 0) return size(low);
    if (major === 1) return -1 - size(low);
    if (major === 2) return slice(size(low));
    if (major === 3) return slice(size(low)).toString();
    if (major === 4) return Array.from(items(low), value);
    if (major === 5) return Object.fromEntries(Array.from(items(low), () => [value(), value()]));
    // a tag, such as that of a time, says nothing that is needed
    if (major === 6) {
      size(low);
      return value();
    }
    return simple(low);
  }

  const whole = value();
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes are left behind the CBOR`);
  return whole;
}
