// Prints a dashboard as TypeScript that compiles only where Grafana's own types know every field of it.
import { readFileSync } from 'node:fs';

const dashboard = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const literal = (value) => JSON.stringify(value, null, 1);

/** Enumerations of the package are enums, which no string of JSON is; their values are. */
const plain = `
type Plain<T> = T extends string ? \`\${T}\` | (string extends T ? string : never)
  : T extends number ? (number extends T ? T : \`\${T}\` extends \`\${infer N extends number}\` ? N : T)
  : T extends (infer E)[] ? Plain<E>[]
  : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
`;

const panels = dashboard.panels.map(({ fieldConfig, options, targets, ...panel }, index) => {
  const own = panel.type === 'timeseries';
  return [
    `export const panel${index}: Plain<Panel | RowPanel> = ${literal(panel)};`,
    own && `export const options${index}: Plain<Options> = ${literal(options)};`,
    own && `export const custom${index}: Plain<FieldConfig> = ${literal(fieldConfig.defaults.custom)};`,
    own &&
      `export const defaults${index}: Plain<Omit<Defaults, 'custom'>> = ${literal({ ...fieldConfig.defaults, custom: undefined })};`,
    own && targets.length === 0 && `export const none${index}: string = 'a graph without a query';`,
  ]
    .filter(Boolean)
    .join('\n');
});

const { panels: _, ...whole } = dashboard;
process.stdout.write(`import type { Dashboard, FieldConfig as Defaults, Panel, RowPanel } from '@grafana/schema';
import type { FieldConfig, Options } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
${plain}
export const whole: Plain<Omit<Dashboard, 'panels'>> = ${literal(whole)};
${panels.join('\n')}
`);
if (panels.length < 10) throw new Error(`only ${panels.length} panels`);
