import { readdirSync, readFileSync } from 'node:fs';

/** Ticks a second in /proc on Linux, whatever the kernel's own clock. */
const ticksPerSecond = 100;

/** Seconds of processor time of the Python processes in a group: other programs on the machine do not count. */
export function pythonSeconds(group: number): number {
  const ticks = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ofProcess(name, group));
  return ticks.reduce((sum, value) => sum + value, 0) / ticksPerSecond;
}

function ofProcess(id: string, group: number): number {
  let text: string;
  try {
    text = readFileSync(`/proc/${id}/stat`, 'utf8');
  } catch {
    // ended meanwhile
    return 0;
  }
  const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
  // fields from the third on; the fifth is the group, the 14th and 15th are user and system ticks (proc(5))
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (Number(fields[2]) !== group || !/^(litellm|python)/.test(name)) return 0;
  return Number(fields[11]) + Number(fields[12]);
}
