import { join } from 'node:path';
import { startPeer, type Peer, type PeerFiles, type PeerTls } from './peer.js';

export interface RsyslogOptions {
  readonly transport: 'tcp' | 'tls' | 'relp';
  /** Needed for `tls`; with `relp`: RELP over TLS. */
  readonly tls?: PeerTls;
  /** Which TLS library does the work. Default `ossl`. */
  readonly driver?: 'ossl' | 'gtls';
  /** Default: lines and octet counting, told apart by rsyslog. */
  readonly octetCounting?: boolean;
  /** Takes messages as large as it does by default, not of 64 KiB. */
  readonly usualSize?: boolean;
  readonly port?: number;
  /** No queue in memory: what it has answered, it has written. */
  readonly direct?: boolean;
  /** With `relp`: messages over so many bytes end the session. */
  readonly abortAbove?: number;
  /** Also writes the parsed fields. */
  readonly fields?: boolean;
}

const FIELDS = [
  ['pri', 'pri', ''],
  ['timestamp', 'timereported', ' dateFormat="rfc3339"'],
  ['hostname', 'hostname', ''],
  ['appName', 'app-name', ''],
  ['procId', 'procid', ''],
  ['msgId', 'msgid', ''],
  ['structuredData', 'structured-data', ''],
  ['msg', 'msg', ''],
] as const;

/** Starts rsyslog in the foreground. Rejects if it is not installed. */
export const startRsyslog = (options: RsyslogOptions): Promise<Peer> =>
  startPeer(
    {
      name: 'rsyslog',
      command: '/usr/sbin/rsyslogd',
      config: (files) => configOf(options, files),
      args: (config, directory) => ['-n', '-f', config, '-i', join(directory, 'pid')],
    },
    options,
  );

function configOf(options: RsyslogOptions, files: PeerFiles): string {
  const input = options.transport === 'relp' ? relpInput(options, files) : tcpInput(options, files);
  const size = options.usualSize === true ? '' : `maxMessageSize="${options.abortAbove ?? '64k'}"`;
  return `global(workDirectory="${files.directory}" ${size} net.enableDNS="off" preserveFQDN="on")
${options.direct === true ? 'main_queue(queue.type="Direct")' : ''}
${input}
template(name="raw" type="string" string="%rawmsg%\\n")
${fieldsTemplate()}
ruleset(name="all") {
  action(type="omfile" file="${files.raw}" template="raw")
  ${files.fields === undefined ? '' : `action(type="omfile" file="${files.fields}" template="fields")`}
}
`;
}

function fieldsTemplate(): string {
  const properties = FIELDS.map(
    ([outname, name, more]) => `property(name="${name}" outname="${outname}" format="jsonf"${more})`,
  );
  return `template(name="fields" type="list") {
  constant(value="{")
  ${properties.join(' constant(value=",")\n  ')}
  constant(value="}\\n")
}`;
}

function tcpInput({ octetCounting = true, driver = 'ossl' }: RsyslogOptions, { port, tls }: PeerFiles): string {
  const counting = octetCounting ? 'on' : 'off';
  const input = `input(type="imtcp" address="127.0.0.1" port="${port}" ruleset="all" supportOctetCountedFraming="${counting}")`;
  if (tls === undefined) return `module(load="imtcp")\n${input}`;
  const files = `CAFile="${tls.ca}" defaultNetstreamDriverCertFile="${tls.cert}" defaultNetstreamDriverKeyFile="${tls.key}"`;
  return `global(defaultNetstreamDriver="${driver}" defaultNetstreamDriver${files})
module(load="imtcp" streamDriver.name="${driver}" streamDriver.mode="1" streamDriver.authMode="${tls.clientAuth ? 'x509/certvalid' : 'anon'}")
${input}`;
}

function relpInput({ abortAbove }: RsyslogOptions, { port, tls }: PeerFiles): string {
  const size = abortAbove === undefined ? 'maxDataSize="128k"' : `maxDataSize="${abortAbove}" oversizeMode="abort"`;
  const files = tls && `tls="on" tls.caCert="${tls.ca}" tls.myCert="${tls.cert}" tls.myPrivKey="${tls.key}"`;
  const clients = tls?.clientAuth === true ? 'tls.authMode="certvalid"' : '';
  return `module(load="imrelp" ruleset="all")
input(type="imrelp" address="127.0.0.1" port="${port}" ${size} ${files ?? ''} ${clients})`;
}
