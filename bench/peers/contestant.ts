import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { goWithSdk } from '../../test/support/go-sdk.js';
import { javaSdkVersion, javaWithSdk } from '../../test/support/java-sdk.js';
import { Port80 } from '../../test/support/port-80.js';
import { PACKAGE_ROOT, pythonWithSdk } from '../../test/support/python-sdk.js';
import type { Ends } from '../whole/ends.js';
import { Forwarder } from '../whole/forwarder.js';
import { PeerProcess } from './peer-process.js';
import type { Running } from './running.js';

/** What is compared. */
export interface Contestant {
  readonly name: string;
  /** @param url of the receiver */
  start(ends: Ends, url: string): Running;
}

export const OURS: Contestant = {
  name: 'forwarder',
  start: (ends, url) => new Forwarder(ends, false, { destination: { endpoints: [url] } }),
};

/** Somebody who can't take part on this machine. */
export interface Absent {
  readonly name: string;
  readonly reason: string;
}

/** Installs what is to be compared with, each through the package client of its language; who can't be installed is absent, with the reason. */
export async function others(): Promise<{
  readonly present: readonly Contestant[];
  readonly absent: readonly Absent[];
}> {
  const found = [
    await attempt('Python SDK', python),
    await attempt('Go SDK', go),
    await attempt('Java consumer library', java),
  ];
  return {
    present: found.flatMap((each) => ('start' in each ? each : [])),
    absent: found.flatMap((each) => ('reason' in each ? each : [])),
  };
}

async function attempt(name: string, install: () => Installed | Promise<Installed>): Promise<Contestant | Absent> {
  try {
    const { version, command, prepare } = await install();
    const start = (ends: Ends, url: string): Running => {
      prepare?.(ends);
      return new PeerProcess(command, ends, url);
    };
    return { name: `${name} ${version}`, start };
  } catch (error) {
    return { name, reason: reasonOf(error) };
  }
}

interface Installed {
  readonly version: string;
  readonly command: readonly [string, ...string[]];
  readonly prepare?: (ends: Ends) => void;
}

function python(): Installed {
  run('python3', ['--version']);
  const interpreter = pythonWithSdk();
  const ask = 'from importlib.metadata import version; print(version("aliyun-log-python-sdk"))';
  return {
    version: run(interpreter, ['-c', ask]),
    command: [interpreter, join(PACKAGE_ROOT, 'bench/peers/python/forward.py')],
  };
}

function go(): Installed {
  const program = goWithSdk('forward');
  const module = readFileSync(join(PACKAGE_ROOT, 'test/peers/go/go.mod'), 'utf8');
  const version = /aliyun-log-go-sdk (\S+)/.exec(module)?.[1];
  return { version: version ?? 'unknown', command: [program] };
}

async function java(): Promise<Installed> {
  const command = javaWithSdk('Forward');
  const relay = await Port80.open();
  return { version: javaSdkVersion(), command, prepare: (ends) => relay.leadTo(ends.source.ready) };
}

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { cwd: PACKAGE_ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** The last line of what the program said is the one that tells. */
function reasonOf(error: unknown): string {
  const { code, path, stderr, message } = error as NodeJS.ErrnoException & { readonly stderr?: string | null };
  if (code === 'ENOENT') return `there is no ${path ?? 'such program'} on this machine`;
  return stderr?.trim().split('\n').at(-1) ?? message;
}
