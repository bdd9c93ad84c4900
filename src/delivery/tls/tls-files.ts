import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { readFault } from '../../errors/file-fault.js';
import { readRegularFile } from '../../flow/read-file.js';
import { certificatesIn } from './certificates.js';
import type { TlsSettings } from '../delivery-settings.js';

/** What is wrong with the TLS settings, and with which of them. */
export interface TlsFault {
  readonly key: 'ca' | 'cert' | 'key' | 'passphrase' | 'passphraseFile' | 'ciphers';
  /** In words; the text of no secret is in it. */
  readonly message: string;
}

/** What decides about the files; what is not said may also be missing. */
type TlsFileSettings = { readonly [K in TlsFault['key'] | 'minVersion']?: TlsSettings[K] | undefined };

/** What OpenSSL gets, or everything that is wrong with it. The one check of `validate`, of the start, and of every connection. */
export type TlsMaterial =
  | { readonly ok: true; readonly options: SecureContextOptions }
  | { readonly ok: false; readonly faults: readonly TlsFault[] };

/** Reads the files as they are now: OpenSSL itself takes a file it can't read for one that holds nothing, and has no words. */
export function readTlsFiles(settings: TlsFileSettings): TlsMaterial {
  const reader = new Reader();
  const ca = reader.certificates('ca', settings.ca);
  const cert = reader.certificates('cert', settings.cert);
  const inFile = reader.passphrase(settings.passphraseFile);
  const passphrase = settings.passphrase ?? inFile;
  const secret = settings.passphraseFile === undefined ? 'passphrase' : 'passphraseFile';
  const key = reader.privateKey(settings.key, passphrase, secret);
  if (ca !== undefined && !ca.found.some(isAuthority))
    reader.say(
      'ca',
      `"${settings.ca ?? ''}" holds ${nameOf(ca.found[0])}, which is no CA: name the file with the certificate that signed it`,
    );
  if (cert?.found[0] !== undefined && key !== undefined && !cert.found[0].checkPrivateKey(key.found))
    reader.say(
      'key',
      `"${settings.key ?? ''}" is the key of another certificate than ${nameOf(cert.found[0])} in "${settings.cert ?? ''}"`,
    );
  const { ciphers, minVersion } = settings;
  if (ciphers !== undefined && !works({ ciphers, minVersion }))
    reader.say('ciphers', 'is no cipher list that OpenSSL understands');
  if (reader.faults.length > 0) return { ok: false, faults: reader.faults };
  return { ok: true, options: { ca: ca?.pem, cert: cert?.pem, key: key?.pem, passphrase, ciphers, minVersion } };
}

interface Certificates {
  readonly pem: Buffer;
  readonly found: readonly X509Certificate[];
}

interface Key {
  readonly pem: Buffer;
  readonly found: KeyObject;
}

class Reader {
  readonly faults: TlsFault[] = [];

  say(key: TlsFault['key'], message: string): void {
    this.faults.push({ key, message });
  }

  certificates(key: 'ca' | 'cert', path: string | undefined): Certificates | undefined {
    const pem = this.#content(key, path);
    if (pem === undefined) return undefined;
    const found = readable(pem);
    if (found !== undefined && found.length > 0) return { pem, found };
    const holdsSome = labelsOf(pem).includes('CERTIFICATE');
    const why = holdsSome
      ? "is damaged: a certificate in it can't be read"
      : `${contentOf(pem)}; a certificate (PEM) is needed`;
    this.say(key, `"${path ?? ''}" ${why}`);
    return undefined;
  }

  passphrase(path: string | undefined): string | undefined {
    const text = this.#content('passphraseFile', path)?.toString().trimEnd();
    if (text === '') this.say('passphraseFile', `"${path ?? ''}" is empty`);
    return text === '' ? undefined : text;
  }

  privateKey(
    path: string | undefined,
    passphrase: string | undefined,
    secret: 'passphrase' | 'passphraseFile',
  ): Key | undefined {
    const pem = this.#content('key', path);
    if (pem === undefined) return undefined;
    const isEncrypted = ENCRYPTED.test(pem.toString('latin1'));
    const found = isEncrypted && passphrase === undefined ? undefined : opened(pem, passphrase);
    if (found !== undefined) return { pem, found };
    const file = `"${path ?? ''}"`;
    if (!labelsOf(pem).some((label) => label.endsWith('PRIVATE KEY')))
      this.say('key', `${file} ${contentOf(pem)}; the private key of "cert" (PEM) is needed`);
    else if (!isEncrypted) this.say('key', `${file} is damaged, or of a kind that OpenSSL does not know`);
    else if (passphrase !== undefined)
      this.say(
        secret,
        `does not open ${file}: it is the wrong one, or the key is encrypted in a way OpenSSL no longer knows`,
      );
    // A file with it that can't be read is said already.
    else if (!this.faults.some(({ key }) => key === 'passphraseFile'))
      this.say('key', `${file} is encrypted; write "passphraseFile" beside it`);
    return undefined;
  }

  #content(key: TlsFault['key'], path: string | undefined): Buffer | undefined {
    try {
      return path === undefined ? undefined : readRegularFile(path);
    } catch (thrown) {
      this.say(key, `can't read "${path ?? ''}": ${readFault(thrown)}`);
      return undefined;
    }
  }
}

function readable(pem: Buffer): X509Certificate[] | undefined {
  try {
    return certificatesIn(pem);
  } catch {
    return undefined;
  }
}

function opened(pem: Buffer, passphrase: string | undefined): KeyObject | undefined {
  try {
    return createPrivateKey({ key: pem, passphrase });
  } catch {
    return undefined;
  }
}

const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

const labelsOf = (pem: Buffer): string[] =>
  [...pem.toString('latin1').matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----/g)].map(([, label = '']) =>
    label.replace(/^TRUSTED /, ''),
  );

/** What a file without the block that is needed holds instead. */
function contentOf(pem: Buffer): string {
  const [label] = labelsOf(pem);
  if (label !== undefined) return `holds a ${label.toLowerCase()}`;
  if (pem.length === 0) return 'is empty';
  return pem[0] === ASN1_SEQUENCE
    ? 'is not a PEM file but binary (DER or PKCS #12); convert it with openssl'
    : 'is not a PEM file';
}

const ASN1_SEQUENCE = 0x30;

/** Old certificates say nothing of it; who has signed itself is taken as it is. */
const isAuthority = (one: X509Certificate): boolean => one.ca || one.checkIssued(one);

const nameOf = (one: X509Certificate | undefined): string => one?.subject.replaceAll('\n', ', ') ?? 'nothing';

function works(options: SecureContextOptions): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}
