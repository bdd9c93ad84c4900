import type { NewlinePolicy } from '../model/format-plan.js';

/** A framing as users write it. */
export type FramingName = 'lf' | 'octet-counting' | 'nul' | 'custom';

/** What the receivers of a preset want of a destination that says nothing itself. */
export interface ReceiverDefaults {
  readonly framing: FramingName;
  /** `keep` counts only where the framing can do it, else `escape`. */
  readonly newline: NewlinePolicy;
  /** Most bytes of a message; undefined: none is known. */
  readonly maxEventBytes: number | undefined;
}

/** A preset is what a user could write under `format` and in the destination; whatever they do write takes the place of its key. */
interface Preset {
  readonly format: Readonly<Record<string, unknown>>;
  readonly receiver: ReceiverDefaults;
}

const KIB = 1024;
/** rsyslog takes 8096 bytes of a message unless it is told otherwise, and what is behind them is lost or an event of its own. */
const RSYSLOG_BYTES = 8095;
const receiver = (framing: FramingName, newline: NewlinePolicy, maxEventBytes?: number): ReceiverDefaults => ({
  framing,
  newline,
  maxEventBytes,
});

/** An identifier of a log source: short, ASCII, the same for all logs of a logstore, and never an address of ours. */
const LOG_SOURCE = 'sls-%{__project__}-%{__logstore__}';

/**
 * QRadar: three digits and Z; the host part routes an event to its log source; line breaks end an event, on TLS too. It takes 4096 bytes
 * on 514/tcp and 8192 by TLS Syslog unless its administrator has changed that; the tail of a larger event becomes an event of nobody.
 */
const QRADAR = { hostname: LOG_SOURCE, appName: '%{__logstore__}', facility: 'local0', fractionDigits: 3 };
const TO_QRADAR = receiver('lf', 'escape', 4 * KIB);
const VENDOR = {
  vendor: 'Alibaba Cloud',
  product: '%{__logstore__}',
  productVersion: '1.0',
  eventId: '%{__topic__:-log}',
};
const JSON_OF_ALL = { body: 'json', expandJson: true };
const CEF = { ...VENDOR, header: 'rfc3164', body: 'cef', eventName: '%{__topic__:-log}', hostname: LOG_SOURCE };
const JSON_TO_COLLECTOR = { ...JSON_OF_ALL, appName: '%{__logstore__}' };

const PRESETS = {
  'aliyun-sample': { format: {}, receiver: receiver('lf', 'escape') },
  qradar: { format: { ...QRADAR, ...JSON_OF_ALL }, receiver: TO_QRADAR },
  'qradar-tls': { format: { ...QRADAR, ...JSON_OF_ALL }, receiver: receiver('lf', 'escape', 8 * KIB) },
  'qradar-leef': { format: { ...QRADAR, ...VENDOR, body: 'leef' }, receiver: TO_QRADAR },
  'qradar-actiontrail': {
    format: {
      ...QRADAR,
      ...JSON_OF_ALL,
      fields: { owner_id: '%{owner_id}', event: '%{event}' },
      rules: [{ when: { field: 'event.errorCode', exists: true }, severity: 'warning' }],
    },
    receiver: TO_QRADAR,
  },
  /** SC4S is a syslog-ng that takes 64 KiB, and lines on its usual ports (514, 6514). */
  'splunk-sc4s': { format: JSON_TO_COLLECTOR, receiver: receiver('lf', 'keep', 64 * KIB) },
  /** The agent sits behind an rsyslog. */
  'sentinel-cef': { format: CEF, receiver: receiver('lf', 'escape', RSYSLOG_BYTES) },
  arcsight: { format: CEF, receiver: receiver('lf', 'escape') },
  /** Filebeat's tcp and syslog inputs: lines of up to 20 MiB. */
  elastic: { format: JSON_TO_COLLECTOR, receiver: receiver('lf', 'escape') },
  rsyslog: { format: JSON_TO_COLLECTOR, receiver: receiver('octet-counting', 'keep', RSYSLOG_BYTES) },
  'syslog-ng': { format: JSON_TO_COLLECTOR, receiver: receiver('octet-counting', 'keep', 64 * KIB) },
  /** RFC 5425 §4.3: every receiver should take 8192 bytes; the most frequent one does not. */
  rfc5425: { format: JSON_TO_COLLECTOR, receiver: receiver('octet-counting', 'keep', RSYSLOG_BYTES) },
  /** The OpenTelemetry Collector's syslog receiver: lines unless told otherwise, and 8192 bytes where it counts. */
  otel: { format: JSON_TO_COLLECTOR, receiver: receiver('lf', 'keep', 8 * KIB) },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];
export const DEFAULT_PRESET: PresetName = 'aliyun-sample';

export function receiverDefaults(name: PresetName): ReceiverDefaults {
  return PRESETS[name].receiver;
}

/** A format section as it was written, with its preset's keys where it has none. */
export function withPreset(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  const written = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined));
  const name: unknown = written['preset'] ?? DEFAULT_PRESET;
  const preset = PRESET_NAMES.find((known) => known === name);
  return preset === undefined ? raw : { ...PRESETS[preset].format, ...written };
}
