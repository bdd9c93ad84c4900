import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startPeer, type Peer, type PeerFiles, type PeerTls } from './peer.js';

export interface SyslogNgOptions {
  readonly transport: 'tcp' | 'tls';
  /** `lf`: a `network()` source. `octet-counting`: a `syslog()` source, which takes nothing else. */
  readonly framing: 'lf' | 'octet-counting';
  /** Needed for `tls`. */
  readonly tls?: PeerTls;
  readonly port?: number;
  /** Also writes the parsed fields. */
  readonly fields?: boolean;
}

const FIELDS = {
  pri: '$PRI',
  timestamp: '$S_ISODATE',
  hostname: '$HOST',
  appName: '$PROGRAM',
  procId: '$PID',
  msgId: '$MSGID',
  structuredData: '$SDATA',
  msg: '$MESSAGE',
} as const;

/** Where `.ci/install-peers` puts it, from the compiled or the written test. */
function program(): string {
  let directory = import.meta.dirname;
  while (!existsSync(join(directory, 'package.json')) && directory !== dirname(directory))
    directory = dirname(directory);
  return join(directory, '.cache/peers/syslog-ng/syslog-ng');
}

/** Starts syslog-ng in the foreground. Rejects if it is not installed. */
export const startSyslogNg = (options: SyslogNgOptions): Promise<Peer> =>
  startPeer(
    {
      name: 'syslog-ng',
      command: program(),
      config: (files) => configOf(options, files),
      args: (config, directory) => {
        const file = (name: string): string => join(directory, name);
        return ['-F', '--no-caps', '-f', config, '-R', file('persist'), '-p', file('pid'), '-c', file('control')];
      },
    },
    options,
  );

function configOf(options: SyslogNgOptions, files: PeerFiles): string {
  const fields = files.fields === undefined ? '' : fieldsDestination(files.fields);
  return `@version: 3.35
options {
  keep-hostname(yes); keep-timestamp(yes); use-dns(no); chain-hostnames(no); frac-digits(6); log-msg-size(65536);
  stats-freq(0); time-reopen(1);
};
source s { ${source(options, files)} };
destination raw { file("${files.raw}" template("$RAWMSG\\n")); };
${fields}
log { source(s); destination(raw); ${fields === '' ? '' : 'destination(fields);'} flags(flow-control); };
`;
}

function source({ framing, transport }: SyslogNgOptions, { port, tls }: PeerFiles): string {
  const driver = framing === 'lf' ? 'network' : 'syslog';
  const flags = framing === 'lf' ? 'syslog-protocol, store-raw-message' : 'store-raw-message';
  const authority =
    tls?.clientAuth === true ? `ca-file("${tls.ca}") peer-verify(required-trusted)` : 'peer-verify(optional-untrusted)';
  const security = tls && `tls(cert-file("${tls.cert}") key-file("${tls.key}") ${authority})`;
  return `${driver}(ip("127.0.0.1") port(${port}) transport("${transport}") max-connections(100) flags(${flags}) ${security ?? ''});`;
}

function fieldsDestination(path: string): string {
  const pairs = Object.entries(FIELDS).map(([name, macro]) => `--pair ${name}=\\"${macro}\\"`);
  return `destination fields { file("${path}" template("$(format-json ${pairs.join(' ')})\\n")); };`;
}
