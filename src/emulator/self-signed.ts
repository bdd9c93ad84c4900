import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** PEM texts. */
interface CertifiedKey {
  readonly cert: string;
  readonly key: string;
}

/** Tags of X.690. */
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
/** GeneralName (RFC 5280 §4.2.1.6). */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** Object identifiers, their values as X.690 §8.19 writes them. */
const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';
const SUBJECT_ALT_NAME = '551d11';
const BASIC_CONSTRAINTS = '551d13';

const DAY_MS = 86_400_000;

/**
 * A certificate for 127.0.0.1 that is its own authority (RFC 5280 §4.1), for a server on the same machine whose client is given it as `ca`.
 * The key is new and nowhere stored.
 * @param now milliseconds since the epoch; it is valid for a day before and after
 * @param names DNS names it is for too, also with a wildcard
 */
export function selfSigned(now: number, names: readonly string[] = []): CertifiedKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = der(SEQUENCE, oid(ECDSA_WITH_SHA256));
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, oid(COMMON_NAME), der(UTF8_STRING, Buffer.from('127.0.0.1')))));
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)]);
  const body = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, serial),
    algorithm,
    name,
    der(SEQUENCE, utcTime(now - DAY_MS), utcTime(now + DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, der(SEQUENCE, authority(), altName(names))),
  );
  const signature = sign('sha256', body, privateKey);
  const cert = der(SEQUENCE, body, algorithm, der(BIT_STRING, Buffer.from([0]), signature));
  return { cert: pem(cert), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function authority(): Buffer {
  const isCa = der(SEQUENCE, der(BOOLEAN, Buffer.from([0xff])));
  return der(SEQUENCE, oid(BASIC_CONSTRAINTS), der(BOOLEAN, Buffer.from([0xff])), der(OCTET_STRING, isCa));
}

function altName(dns: readonly string[]): Buffer {
  const others = dns.map((name) => der(DNS_NAME, Buffer.from(name)));
  const names = der(SEQUENCE, der(IP_ADDRESS, Buffer.from([127, 0, 0, 1])), ...others);
  return der(SEQUENCE, oid(SUBJECT_ALT_NAME), der(OCTET_STRING, names));
}

const oid = (hex: string): Buffer => der(OBJECT, Buffer.from(hex, 'hex'));

/** `YYMMDDHHMMSSZ` (RFC 5280 §4.1.2.5.1). */
function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14);
  return der(UTC_TIME, Buffer.from(`${digits}Z`));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
