import { isLoopback } from '../flow/ip-address.js';
import type { Environment } from './environment.js';
import { quoted, type Say } from './problem.js';
import type { PipelineConfig } from './schema.js';
import { checkProxyVariables, checkService } from './service-check.js';
import type { SourceConfig } from './source-schema.js';
import { didYouMean } from './suggest.js';

/** By name; a source that is wrong in itself is undefined. Undefined as a whole: not even their names are known. */
export type SourcesPart = ReadonlyMap<string, SourceConfig | undefined> | undefined;
type PipelinesPart = readonly (PipelineConfig | undefined)[];

/** Name of the source that a pipeline reads: the one it names, or the only one. */
export function sourceNameOf({ source }: Pick<PipelineConfig, 'source'>, names: Iterable<string>): string | undefined {
  const [only, ...others] = names;
  return source ?? (others.length === 0 ? only : undefined);
}

/** What a pipeline reads from; undefined where that is wrong or not known. */
export function sourceOf(pipeline: PipelineConfig, sources: SourcesPart): SourceConfig | undefined {
  return sources?.get(sourceNameOf(pipeline, sources.keys()) ?? '');
}

/** Each source by itself, and whether pipelines and sources find each other. */
export function checkSources(sources: SourcesPart, pipelines: PipelinesPart, env: Environment, say: Say): void {
  if (sources === undefined) return;
  for (const [name, source] of sources) {
    if (source === undefined) continue;
    checkService(source, ['sources', name], say);
    checkProxyVariables(source, env, ['sources', name, 'proxy'], say);
  }
  checkEmbedded(sources, say);
  for (const [index, pipeline] of pipelines.entries()) {
    if (pipeline !== undefined) checkChoice(pipeline, index, [...sources.keys()], say);
  }
  if (pipelines.length === 0 || pipelines.includes(undefined)) return;
  const used = new Set(pipelines.map((one) => one && sourceNameOf(one, sources.keys())));
  // Where a pipeline has not chosen, nobody knows which ones are left over.
  if (used.has(undefined)) return;
  for (const name of sources.keys()) {
    if (!used.has(name)) say(['sources', name], 'no pipeline reads from this source; choose it in one, or remove it');
  }
}

function checkChoice({ source }: PipelineConfig, index: number, names: readonly string[], say: Say): void {
  const path = ['pipelines', index, 'source'];
  const known = names.length === 0 ? 'there are none' : `known: ${names.join(', ')}`;
  if (source === undefined) {
    if (names.length > 1) say(path, `missing; there are several sources, so name the one to read from (${known})`);
  } else if (!names.includes(source)) {
    say(path, `no source is called ${quoted(source)}${didYouMean(source, names)} (${known})`);
  }
}

/** There is one built-in Log Service. */
function checkEmbedded(sources: NonNullable<SourcesPart>, say: Say): void {
  const [first, ...others] = [...sources].filter(([, source]) => source?.endpoint === 'embedded');
  for (const [name] of first === undefined ? [] : others) {
    say(
      ['sources', name, 'endpoint'],
      `source ${quoted(first?.[0] ?? '')} is "embedded" already, and there is only one`,
    );
  }
}

/** Whether two pipelines read from the same Log Service: a project belongs to one region, by whatever address and account it is read. */
export function isSameService(one: SourceConfig | undefined, other: SourceConfig | undefined): boolean {
  return one !== undefined && other !== undefined && placeOf(one) === placeOf(other);
}

function placeOf({ endpoint }: SourceConfig): string {
  return endpoint === 'embedded' ? endpoint : (endpoint.region ?? `${endpoint.host}:${endpoint.port}`);
}

/** Its logs are someone's, not made up or on this machine. */
export function isReal(source: SourceConfig | undefined): boolean {
  return source !== undefined && source.endpoint !== 'embedded' && !isLoopback(source.endpoint.host);
}
