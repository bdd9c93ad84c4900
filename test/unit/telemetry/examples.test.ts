import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { parseConfig } from '../../../src/config/load.js';
import { FAMILIES } from '../../../src/telemetry/metric-families.js';

const root = new URL('../../../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');
/** Those of prom-client, and what src/telemetry/metrics.ts adds. */
const OTHERS = ['process_resident_memory_bytes', 'forwarder_build_info'];

test('the alerts ask for metrics that exist, and name headings that docs/operations.md has', () => {
  const { groups } = parse(read('examples/alerts.yml')) as {
    groups: { rules: { expr: string; annotations: { runbook: string } }[] }[];
  };
  const rules = groups.flatMap((group) => group.rules);
  assert.ok(rules.length > 10);
  const known = new Set([...FAMILIES.map(({ name }) => name), ...OTHERS]);
  const headings = read('docs/operations.md')
    .split('\n')
    .filter((line) => line.startsWith('## '))
    .map((line) =>
      line
        .slice(3)
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
  for (const { expr, annotations } of rules) {
    for (const [name] of expr.matchAll(/\b(?:forwarder|process)_[a-z_]+/g)) assert.ok(known.has(name), name);
    const [file, anchor = ''] = annotations.runbook.split('#');
    assert.equal(file, 'docs/operations.md');
    assert.ok(headings.includes(anchor), anchor);
  }
});

test('the config inside the Kubernetes manifest is one, and its consumer is the name of the pod', () => {
  const [map] = parseAllDocuments(read('examples/kubernetes.yaml')).map(
    (document) => document.toJS() as { data?: object },
  );
  const { 'config.yaml': text } = map?.data as { 'config.yaml': string };
  const env = { SLS_AK_ID: 'id', SLS_AK_KEY: 'secret', POD_NAME: 'forwarder-1' };
  const [pipeline] = parseConfig('kubernetes', Buffer.from(text), env).pipelines;
  assert.equal(pipeline?.consumer, 'forwarder-1');
});
