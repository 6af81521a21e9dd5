/** A word of a printed command, quoted where a POSIX shell needs that, so that the line can be copied. */
export function shellWord(word: string): string {
  // a leading dash would be read as an option
  const safe = word.startsWith('-') ? `./${word}` : word;
  return /^[\w./:@,+-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`;
}
