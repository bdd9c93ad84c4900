import { stringify } from 'yaml';
import { z } from 'zod';
import { hints } from './leaves.js';
import type { Environment } from './environment.js';
import { configName, parseConfig, readBytes } from './load.js';
import { readTree } from './document.js';
import { withPreset } from './presets.js';
import { framingOf, maxBytesOf, newlineOf, transportFor } from './receiver-defaults.js';
import { configSchema, type Config } from './schema.js';

type Section = Record<string, unknown>;

/** What the walk needs of a JSON Schema. */
interface Shape {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape | boolean;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly writeOnly?: boolean;
}

const HIDDEN = '(hidden)';
const USER_INFO = /(\/\/)[^/?#\s]*@/g;

/**
 * A config as it counts, as YAML: with its environment, its presets and every default filled in. No secret of it is shown, nor what stands before the
 * `@` of an address.
 * @throws ForwarderError CONFIG_UNREADABLE, CONFIG_INVALID
 */
export function effectiveConfig(file: string, env: Environment): string {
  const bytes = readBytes(file);
  const config = parseConfig(configName(file), bytes, env);
  const { value } = readTree(file, new TextDecoder().decode(bytes), env);
  const shape = z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (hints.get(zodSchema)?.secret === true) jsonSchema.writeOnly = true;
    },
  }) as Shape;
  const written = withReceivers(withPresets(value as Section), config);
  const all = filled(written, shape) as Section;
  leaveOut(all, written, config);
  return stringify(all, { lineWidth: 0 });
}

/** Sections that would do nothing for the endpoints of a destination are refused where they are written, so their defaults are not shown. */
function leaveOut(all: Section, written: Section, { destinations }: Config): void {
  for (const [name, section] of Object.entries(all['destinations'] as Record<string, Section>)) {
    const own = (written['destinations'] as Record<string, Section>)[name] ?? {};
    const hasTls = destinations[name]?.endpoints.some((one) => one !== 'embedded' && one.tls) === true;
    if (!hasTls && own['tls'] === undefined) delete section['tls'];
  }
}

function withPresets(config: Section): Section {
  const pipelines = (config['pipelines'] as Section[]).map((one) => ({
    ...one,
    format: withPreset(one['format'] ?? {}),
  }));
  return { ...config, pipelines };
}

/** What a destination leaves open follows from its transport and the preset of its pipelines. */
function withReceivers(written: Section, { pipelines, destinations }: Config): Section {
  const sections = Object.entries(written['destinations'] as Record<string, Section>).map(([key, section]) => {
    const [pipeline] = pipelines.filter(({ destination }) => destination === key);
    const destination = destinations[key];
    if (pipeline === undefined || destination === undefined) return [key, section];
    const { preset } = pipeline.format;
    const framing = framingOf(destination, preset);
    const name = framing === 'octet-counting' ? framing : FRAMING_NAMES[framing.trailer];
    const follows = {
      framing: transportFor(destination).framing === undefined ? name : undefined,
      newline: newlineOf(destination, preset),
      maxEventBytes: bytes(maxBytesOf(destination, preset)),
    };
    return [key, { ...withoutNothing(follows), ...section }];
  });
  return { ...written, destinations: Object.fromEntries(sections) as Section };
}

const bytes = (count: number | undefined): string | undefined => (count === undefined ? undefined : `${count}B`);

const FRAMING_NAMES: Readonly<Record<string, string>> = { '\n': 'lf', '\0': 'nul' };

const withoutNothing = (section: Section): Section =>
  Object.fromEntries(Object.entries(section).filter(([, value]) => value !== undefined));

function filled(value: unknown, shape: Shape): unknown {
  const given = value === undefined ? shape.default : value;
  if (shape.writeOnly === true) return given === undefined || given === '' ? given : HIDDEN;
  if (Array.isArray(given)) {
    const items = branch(shape, 'items')?.items ?? {};
    return given.map((item) => filled(item, items));
  }
  if (typeof given === 'string') return given.replace(USER_INFO, `$1${HIDDEN}@`);
  if (typeof given !== 'object' || given === null) return given;
  const { properties = {}, additionalProperties } = branch(shape, 'properties') ?? shape;
  const rest = typeof additionalProperties === 'object' ? additionalProperties : {};
  const keys = new Set([...Object.keys(given), ...Object.keys(properties)]);
  const entries = [...keys].map((key) => [key, filled((given as Section)[key], properties[key] ?? rest)] as const);
  return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined));
}

/** The form of a value that may have several. */
function branch(shape: Shape, has: 'items' | 'properties'): Shape | undefined {
  return [shape, ...(shape.anyOf ?? [])].find((one) => one[has] !== undefined);
}
