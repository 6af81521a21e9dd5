/** Pieces of a GGUF file (version 3), all little-endian. */
function written(length: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(length);
  write(buffer);
  return buffer;
}
export const int32 = (value: number) => written(4, (buffer) => buffer.writeUInt32LE(value));
export const int64 = (value: number) => written(8, (buffer) => buffer.writeBigUInt64LE(BigInt(value)));
export const float32 = (value: number) => written(4, (buffer) => buffer.writeFloatLE(value));
export const string = (value: string) => {
  const data = Buffer.from(value, 'utf8');
  return Buffer.concat([int64(data.length), data]);
};
/** A metadata entry; types are GGUF's: 4 uint32, 5 int32, 6 float32, 7 bool, 8 string, 9 array. */
export const field = (name: string, type: number, value: Buffer) =>
  Buffer.concat([string(name), int32(type), value]);
export const whole = (name: string, value: number) => field(name, 4, int32(value));
export const text = (name: string, value: string) => field(name, 8, string(value));
export const flag = (name: string, value: boolean) => field(name, 7, Buffer.from([value ? 1 : 0]));
export const list = (name: string, type: number, values: Buffer[]) =>
  field(name, 9, Buffer.concat([int32(type), int64(values.length), ...values]));

/** Begin of a file: metadata, then the table of tensors. */
export const header = (metadata: Buffer[], tensors: Buffer[]) =>
  Buffer.concat([
    Buffer.from('GGUF'),
    int32(3),
    int64(tensors.length),
    int64(metadata.length),
    ...metadata,
    ...tensors,
  ]);
