import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child, freePort } from './child.js';
import { LineFile } from './line-file.js';
import { temporaryDirectory } from './temporary.js';
import type { KeyPair } from './certs.js';

export interface PeerTls extends KeyPair {
  /** CA of the clients; given, clients must show a certificate. */
  readonly clientCa?: string;
}

/** What a real receiver understood of a message. NIL is undefined. */
export interface PeerFields {
  readonly pri: number;
  readonly timestamp: string | undefined;
  readonly hostname: string | undefined;
  readonly appName: string | undefined;
  readonly procId: string | undefined;
  readonly msgId: string | undefined;
  /** As text with brackets. */
  readonly structuredData: string | undefined;
  readonly msg: string;
}

/** A real syslog daemon that writes what it gets into files. */
export interface Peer {
  readonly port: number;
  /** Every message as it came, without its framing. */
  messages(): Promise<string[]>;
  /** Every message as it was parsed; only if asked for at start. */
  fields(): Promise<PeerFields[]>;
  /** Resolves when so many messages are written. */
  received(count: number, timeoutMs: number): Promise<void>;
  /** The files stay readable. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** What a daemon needs for its config. */
export interface PeerFiles {
  readonly directory: string;
  readonly port: number;
  readonly raw: string;
  /** Undefined: nobody wants them. */
  readonly fields: string | undefined;
  /** Paths. */
  readonly tls:
    { readonly cert: string; readonly key: string; readonly ca: string; readonly clientAuth: boolean } | undefined;
}

export interface PeerProgram {
  readonly name: string;
  readonly command: string;
  readonly config: (files: PeerFiles) => string;
  readonly args: (configPath: string, directory: string) => readonly string[];
}

interface PeerStart {
  readonly port?: number | undefined;
  readonly fields?: boolean | undefined;
  readonly tls?: PeerTls | undefined;
}

/** Writes the config, starts the daemon and waits until it listens. */
export async function startPeer(program: PeerProgram, start: PeerStart): Promise<Peer> {
  const directory = temporaryDirectory(program.name);
  const raw = new LineFile(join(directory, 'raw.log'));
  const fields = start.fields === true ? new LineFile(join(directory, 'fields.log')) : undefined;
  const port = start.port ?? (await freePort());
  const tls = start.tls && writeTls(directory, start.tls);
  const configPath = join(directory, 'daemon.conf');
  writeFileSync(configPath, program.config({ directory, port, raw: raw.path, fields: fields?.path, tls }));
  const absent = `${program.name} is not installed: run .ci/install-peers`;
  const child = await Child.start(program.command, program.args(configPath, directory), absent);
  try {
    await child.listening(port);
  } catch (error) {
    await child.stop('SIGKILL');
    throw error;
  }
  return {
    port,
    messages: () => raw.lines(),
    fields: async () => ((await fields?.lines()) ?? []).map((line) => toFields(JSON.parse(line) as RawFields)),
    received: async (count, timeoutMs) => {
      await raw.untilLines(count, timeoutMs);
      await fields?.untilLines(count, timeoutMs);
    },
    stop: (signal) => child.stop(signal),
  };
}

function writeTls(directory: string, { cert, key, clientCa }: PeerTls): NonNullable<PeerFiles['tls']> {
  const write = (name: string, pem: string): string => {
    const path = join(directory, name);
    writeFileSync(path, pem, { mode: 0o600 });
    return path;
  };
  return {
    cert: write('cert.pem', cert),
    key: write('key.pem', key),
    ca: write('ca.pem', clientCa ?? cert),
    clientAuth: clientCa !== undefined,
  };
}

type RawFields = Readonly<Record<keyof PeerFields, string | number | undefined>>;

function toFields(raw: RawFields): PeerFields {
  const text = (name: keyof PeerFields): string => String(raw[name] ?? '');
  const orNil = (name: keyof PeerFields): string | undefined =>
    ['', '-'].includes(text(name)) ? undefined : text(name);
  return {
    pri: Number(raw.pri),
    timestamp: orNil('timestamp'),
    hostname: orNil('hostname'),
    appName: orNil('appName'),
    procId: orNil('procId'),
    msgId: orNil('msgId'),
    structuredData: orNil('structuredData'),
    msg: text('msg'),
  };
}
