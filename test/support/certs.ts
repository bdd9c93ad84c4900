import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate, type SelfsignedOptions } from 'selfsigned';
import { temporaryDirectory } from './temporary.js';

/** PEM texts. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface TestCerts {
  readonly ca: KeyPair;
  /** Signed by nobody we know. */
  readonly otherCa: KeyPair;
  /** For `localhost`, 127.0.0.1 and ::1. */
  readonly server: KeyPair;
  readonly client: KeyPair;
  /** As `server`, but valid until yesterday. */
  readonly expired: KeyPair;
  /** A server certificate for `elsewhere.example`. */
  readonly wrongName: KeyPair;
  /** As `server`, but its only name is the common name. */
  readonly commonName: KeyPair;
  /** As `server`, but signed by `otherCa`. */
  readonly rotated: KeyPair;
}

/** Paths of PEM files as a config names them: the CA of all but `rotated`, and ours. */
export function tlsFiles({ ca, client }: TestCerts): {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
} {
  const directory = temporaryDirectory('test-certs');
  const file = (name: string, pem: string): string => {
    writeFileSync(join(directory, name), pem);
    return join(directory, name);
  };
  return { ca: file('ca.pem', ca.cert), cert: file('cert.pem', client.cert), key: file('key.pem', client.key) };
}

type Extensions = NonNullable<SelfsignedOptions['extensions']>;

const DAY_MS = 86_400_000;
const LOCAL_NAMES = [
  { type: 2, value: 'localhost' },
  { type: 7, ip: '127.0.0.1' },
  { type: 7, ip: '::1' },
] as const;

let made: Promise<TestCerts> | undefined;

/** Made once in a process. */
export const testCerts = (): Promise<TestCerts> => (made ??= make());

async function make(): Promise<TestCerts> {
  const ca = await makeCa('Test CA');
  const names = leaf('serverAuth', LOCAL_NAMES);
  const yesterday = { notBeforeDate: inDays(-30), notAfterDate: inDays(-1) };
  const otherCa = await makeCa('Other CA');
  return {
    ca,
    otherCa,
    server: await makeLeaf('localhost', ca, { extensions: names }),
    client: await makeLeaf('client', ca, { extensions: leaf('clientAuth', [{ type: 2, value: 'client' }]) }),
    expired: await makeLeaf('localhost', ca, { extensions: names, ...yesterday }),
    wrongName: await makeLeaf('elsewhere.example', ca, {
      extensions: leaf('serverAuth', [{ type: 2, value: 'elsewhere.example' }]),
    }),
    commonName: await makeLeaf('localhost', ca, { extensions: leaf('serverAuth', []) }),
    rotated: await makeLeaf('localhost', otherCa, { extensions: names }),
  };
}

const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);

const makeCa = (name: string): Promise<KeyPair> =>
  makePair(name, {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });

const makeLeaf = (name: string, ca: KeyPair, options: SelfsignedOptions): Promise<KeyPair> =>
  makePair(name, { ...options, ca });

async function makePair(name: string, options: SelfsignedOptions): Promise<KeyPair> {
  const dates = { notBeforeDate: inDays(-1), notAfterDate: inDays(2) };
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...dates,
    ...options,
  });
  return { cert, key };
}

function leaf(
  usage: 'serverAuth' | 'clientAuth',
  altNames: readonly { type: 2 | 7; value?: string; ip?: string }[],
): Extensions {
  return [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', [usage]: true },
    ...(altNames.length === 0 ? [] : [{ name: 'subjectAltName' as const, altNames: [...altNames] }]),
  ];
}
