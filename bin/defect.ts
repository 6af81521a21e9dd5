/** What is printed about an error that is not the user's; exit code 2. */
export function defectMessage(error: unknown, version: string): string {
  const stack = error instanceof Error ? error.stack : String(error);
  return `This is a defect of llm-constructs ${version}, not of your input.\n${stack}\nPlease report it with the command line, the spec and the lines above.\n`;
}
