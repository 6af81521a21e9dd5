// Writes what machines of groups have on them, with one engine and with several, into one folder each.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

const out = resolve(process.argv[2]);
mkdirSync(out, { recursive: true });
const bundled = join(out, 'groups.cjs');
buildSync({
  entryPoints: ['test/runtime/groups.ts'],
  outfile: bundled,
  bundle: true,
  platform: 'node',
  format: 'cjs',
});
const { groups, installedFleet, installedGateway, withCopies } = createRequire(import.meta.url)(bundled);

const plan = groups({ gateway: { piiMasking: {} } });
const installed = {
  gateway: installedGateway(plan),
  fleet: installedFleet(withCopies(plan, 1)),
  'fleet-of-copies': installedFleet(withCopies(plan, 2)),
};
for (const [name, { bundle }] of Object.entries(installed)) {
  mkdirSync(join(out, name));
  for (const { path, content } of bundle.files) writeFileSync(join(out, name, path), content);
}
