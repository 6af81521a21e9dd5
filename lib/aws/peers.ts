/** Version by package; absent where it is not installed. */
export type Installed = Readonly<Record<string, string | undefined>>;

/** What is wrong with the packages that a user installs beside ours, with the command that mends it. */
export function peerProblem(
  wanted: Readonly<Record<string, string>>,
  installed: Installed,
): string | undefined {
  const wrong = Object.entries(wanted).flatMap(([name, range]) => {
    const version = installed[name];
    if (version === undefined) return [`${name} is not installed beside llm-constructs.`];
    return reaches(version, range)
      ? []
      : [`${name} ${version} is installed, and llm-constructs needs ${range}.`];
  });
  if (wrong.length === 0) return undefined;
  const packages = Object.entries(wanted).map(([name, range]) => `${name}@${range}`);
  return `${wrong.join('\n')} Install it:\n  npm install ${packages.join(' ')}`;
}

/** Ranges of our package.json are of the form `^2.269.0`: the same major version, and not older. */
function reaches(version: string, range: string): boolean {
  const [have, want] = [numbers(version), numbers(range)];
  if (have[0] !== want[0]) return false;
  const differs = want.findIndex((number, index) => have[index] !== number);
  return differs === -1 || (have[differs] as number) > (want[differs] as number);
}

const numbers = (version: string) => (version.match(/\d+/g) ?? []).slice(0, 3).map(Number);
