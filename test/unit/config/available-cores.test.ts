import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { availableCores } from '../../../src/config/available-cores.js';
import { temporaryDirectory } from '../../support/temporary.js';

/** A machine of 64 cores whose control groups hold these files. */
function cores(cgroup: string, files: Readonly<Record<string, string>> = {}, runnable = 64): number {
  const root = temporaryDirectory('cores');
  for (const [path, text] of Object.entries({ 'proc/self/cgroup': cgroup, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return availableCores(root, runnable);
}

test('without control groups, or without a limit in them, every core that the process may run on counts', () => {
  assert.equal(availableCores('/nowhere', 64), 64);
  assert.equal(cores('0::/\n', { 'sys/fs/cgroup/cpu.max': 'max 100000\n' }), 64);
  assert.equal(
    cores('4:cpu:/\n', { 'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n', 'sys/fs/cgroup/cpu/cpu.cfs_period_us': '1\n' }),
    64,
  );
});

test('version 2: the quota in whole cores, at least one, and never more than the process may run on', () => {
  for (const [max, runnable, expected] of [
    ['400000 100000', 64, 4],
    ['250000 100000', 64, 2],
    ['50000 100000', 64, 1],
    ['40000 10000', 64, 4],
    ['800000 100000', 2, 2],
  ] as const)
    assert.equal(cores('0::/\n', { 'sys/fs/cgroup/cpu.max': `${max}\n` }, runnable), expected, max);
});

test('version 2: the strictest group on the way to the outermost counts; of paths outside the container its own file', () => {
  const pod = 'sys/fs/cgroup/kubepods.slice/pod1';
  const limits = { [`${pod}/cpu.max`]: '600000 100000', [`${pod}/app/cpu.max`]: 'max 100000' };
  assert.equal(cores('0::/kubepods.slice/pod1/app\n', limits), 6);
  assert.equal(cores('0::/kubepods.slice/pod1/app\n', { ...limits, [`${pod}/app/cpu.max`]: '300000 100000' }), 3);
  assert.equal(cores('0::/kubepods.slice/pod2/app\n', limits), 64);
  for (const path of ['/../other', '/docker/abc'])
    assert.equal(cores(`0::${path}\n`, { 'sys/fs/cgroup/cpu.max': '300000 100000' }), 3);
});

test('version 1: the group of the cpu controller, whatever it shares a mount with; both versions may be there', () => {
  const v1 = (mount: string, quota: string): Record<string, string> => ({
    [`sys/fs/cgroup/${mount}/docker/abc/cpu.cfs_quota_us`]: `${quota}\n`,
    [`sys/fs/cgroup/${mount}/docker/abc/cpu.cfs_period_us`]: '100000\n',
  });
  assert.equal(cores('5:cpu,cpuacct:/docker/abc\n0::/\n', v1('cpu,cpuacct', '500000')), 5);
  assert.equal(cores('5:cpu:/docker/abc\n0::/\n', v1('cpu', '150000')), 1);
  assert.equal(cores('5:cpuset:/docker/abc\n6:name=systemd:/\n', v1('cpuset', '500000')), 64);
  const both = { ...v1('cpu', '500000'), 'sys/fs/cgroup/unified/x/cpu.max': '300000 100000' };
  assert.equal(cores('5:cpu:/docker/abc\n0::/x\n', both), 3);
});

test('files that make no sense are no limit', () => {
  for (const max of ['', 'max', '100000', '0 100000', '-5 100000', '100000 0', 'a b', '\0', '1e400 1'])
    assert.equal(cores('0::/\n', { 'sys/fs/cgroup/cpu.max': max }), 64, max);
  for (const cgroup of ['', ':', '0:', '0::', 'x::/', '\n\n']) assert.equal(cores(cgroup), 64, cgroup);
});
