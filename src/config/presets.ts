/** As users write it. */
export type FramingName = 'lf' | 'octet-counting' | 'nul' | 'custom';

/** A preset is what a user could write under `format` themselves; whatever they do write takes the place of the preset's key. */
interface Preset {
  readonly format: Readonly<Record<string, unknown>>;
  /** Where the destination says nothing; undefined: as the transport has it. */
  readonly framing?: FramingName;
}

/** An identifier of a log source: short, ASCII, the same for all logs of a logstore, and never an address of ours. */
const LOG_SOURCE = 'sls-%{__project__}-%{__logstore__}';

/** QRadar: three digits and Z; the host part routes an event to its log source; line breaks end an event, on TLS too. */
const QRADAR = { hostname: LOG_SOURCE, appName: '%{__logstore__}', facility: 'local0', fractionDigits: 3 };
const VENDOR = {
  vendor: 'Alibaba Cloud',
  product: '%{__logstore__}',
  productVersion: '1.0',
  eventId: '%{__topic__:-log}',
};
const JSON_OF_ALL = { body: 'json', expandJson: true };

const PRESETS = {
  'aliyun-sample': { format: {} },
  qradar: { format: { ...QRADAR, ...JSON_OF_ALL }, framing: 'lf' },
  'qradar-leef': { format: { ...QRADAR, ...VENDOR, body: 'leef' }, framing: 'lf' },
  'qradar-actiontrail': {
    format: {
      ...QRADAR,
      ...JSON_OF_ALL,
      fields: { owner_id: '%{owner_id}', event: '%{event}' },
      rules: [{ when: { field: 'event.errorCode', exists: true }, severity: 'warning' }],
    },
    framing: 'lf',
  },
  'splunk-sc4s': {
    format: { ...JSON_OF_ALL, hostname: '%{__tag__:__hostname__|__source__}', appName: '%{__logstore__}' },
    framing: 'octet-counting',
  },
  'sentinel-cef': {
    format: { ...VENDOR, header: 'rfc3164', body: 'cef', eventName: '%{__topic__:-log}', hostname: LOG_SOURCE },
  },
  rsyslog: { format: { ...JSON_OF_ALL, appName: '%{__logstore__}' } },
  'syslog-ng': { format: { ...JSON_OF_ALL, appName: '%{__logstore__}' }, framing: 'octet-counting' },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];
export const DEFAULT_PRESET: PresetName = 'aliyun-sample';

export function presetFraming(name: PresetName): FramingName | undefined {
  const preset: Preset = PRESETS[name];
  return preset.framing;
}

/** A format section as it was written, with its preset's keys where it has none. */
export function withPreset(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  const written = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined));
  const name: unknown = written['preset'] ?? DEFAULT_PRESET;
  const preset = PRESET_NAMES.find((known) => known === name);
  return preset === undefined ? raw : { ...PRESETS[preset].format, ...written };
}
