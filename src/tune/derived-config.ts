import type { PlainConfig } from '../config/derive.js';
import type { Point } from './point.js';

type Section = Readonly<Record<string, unknown>>;

/** The user's config, of which one pipeline is tuned. */
export interface Tuned {
  readonly plain: PlainConfig;
  /** Index of the pipeline, and the names of its source and its destination. */
  readonly pipeline: number;
  /** The one logstore of it that is read. */
  readonly project: string;
  readonly logstore: string;
  readonly source: string;
  readonly destination: string;
}

/** Built-in ends in place of the user's. */
export interface EmbeddedEndpoints {
  readonly service: string;
  readonly credentials: { readonly accessKeyId: string; readonly accessKeySecret: string };
  readonly receiver: string;
  /** File with the receiver's authority; over TLS only. */
  readonly caFile: string | undefined;
}

export interface Derivation {
  readonly point: Point;
  readonly consumerGroup: string;
  /** Undefined: the user's own ends. */
  readonly ends: EmbeddedEndpoints | undefined;
  /** For dead letters, should the config keep any: those of the real pipeline are not touched. */
  readonly deadLetterDirectory: string;
}

/**
 * A config (JSON is YAML) with the chosen pipeline and its destination alone: as the user wrote them, but for what is tuned, whose group reads,
 * and, with embedded ends, from where to where. A limit on the rate then falls: it would be all that is measured.
 */
export function derivedConfig(tuned: Tuned, derivation: Derivation): string {
  const { plain, pipeline, project, logstore, source, destination } = tuned;
  const { point, ends, deadLetterDirectory } = derivation;
  const deadLetters = section(plain['deadLetters']);
  const config = {
    ...plain,
    sources: {
      [source]:
        ends === undefined
          ? section(plain['sources'])[source]
          : { endpoint: ends.service, credentials: ends.credentials },
    },
    pipelines: [
      {
        ...pipelineSection(section((plain['pipelines'] as readonly unknown[])[pipeline]), derivation),
        ...{ project, logstore },
      },
    ],
    destinations: {
      [destination]: destinationSection(section(section(plain['destinations'])[destination]), point, ends),
    },
    flow: { ...section(plain['flow']), maxInFlightBytes: `${point.budgetBytes}B` },
    workers: { ...section(plain['workers']), threads: point.threads },
    ...('directory' in deadLetters ? { deadLetters: { ...deadLetters, directory: deadLetterDirectory } } : {}),
    admin: { listen: '127.0.0.1:0' },
    log: { level: 'info', format: 'json' },
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function pipelineSection(pipeline: Section, { point, consumerGroup, ends }: Derivation): Section {
  const pull = { ...section(pipeline['pull']), maxBytes: `${point.pullBytes}B`, window: point.window };
  const start = ends === undefined ? {} : { start: 'begin' };
  return { ...pipeline, ...start, consumerGroup, consumer: 'tune', pull };
}

function destinationSection(destination: Section, point: Point, ends: EmbeddedEndpoints | undefined): Section {
  const { connections } = point;
  if (ends === undefined) return { ...destination, connections };
  const { ciphers, minVersion } = section(destination['tls']);
  const tls = ends.caFile === undefined ? undefined : { ca: ends.caFile, ciphers, minVersion };
  return { ...destination, rate: undefined, tls, endpoints: [ends.receiver], connections };
}

const section = (value: unknown): Section => (typeof value === 'object' && value !== null ? (value as Section) : {});
