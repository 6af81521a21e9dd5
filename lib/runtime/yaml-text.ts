import { stringify } from 'yaml';

/** YAML for readers of YAML 1.1 (Python, Go): stable, unfolded, every number a number to them. */
export function yamlText(value: unknown, title: string): string {
  const text = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' });
  return `# ${title}\n${text.replace(/(:|-) (\d+)e-(\d+)$/gm, '$1 $2.0e-$3')}`;
}
