/** `models[0].maxContext` */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${shortened(String(part))}`,
    )
    .join('');
}

const longest = 60;

/** Long text loses its middle, and control characters are written out, so that a terminal can show it. */
export function shortened(text: string): string {
  const cut = text.length <= longest ? text : `${text.slice(0, 40)}...${text.slice(-12)}`;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\ud800-\udfff]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** A value as the user wrote it, short enough for a message. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${shortened(value)}"`;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a map';
  return shortened(String(value));
}

/** `a`, `b` or `c` */
export function either(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

export function code(words: readonly unknown[]): string[] {
  return words.map((word) => `\`${String(word)}\``);
}
