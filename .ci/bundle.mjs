/**
 * What the published package holds of `@alicloud/log` and the packages it needs (docs/adr/0001). `npm pack` runs it: `on` before, `off` behind.
 *
 * The list is not in package.json for good: npm knows no override of a bundled package, so `npm ls` and `npm sbom` would call a clone broken. For the same
 * reason the bundled copy of `@alicloud/log` names the range of protobufjs that it is tested with.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const BUNDLED = '@alicloud/log';
const LIFTED = 'protobufjs';
const file = (path) => new URL(`../${path}`, import.meta.url);

function edit(path, change) {
  const manifest = JSON.parse(readFileSync(file(path), 'utf8'));
  change(manifest);
  writeFileSync(file(path), `${JSON.stringify(manifest, null, 2)}\n`);
}

const on = process.argv[2] === 'on';
if (!on && process.argv[2] !== 'off') throw new Error('usage: bundle.mjs on|off');
edit('package.json', (ours) => {
  delete ours.bundleDependencies;
  if (!on) return;
  ours.bundleDependencies = [BUNDLED];
  edit(`node_modules/${BUNDLED}/package.json`, (theirs) => {
    theirs.dependencies[LIFTED] = ours.devDependencies[LIFTED];
  });
});
