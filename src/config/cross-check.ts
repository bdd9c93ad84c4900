import type { Tree } from './document.js';
import { readTlsFiles } from '../delivery/tls/tls-files.js';
import type { Guarantee } from '../delivery/delivery-settings.js';
import { schemeList, transportOf, TRANSPORTS } from '../delivery/transports/table.js';
import { framingOf, mayKeepLineBreaks, transportFor, transportsOf } from './receiver-defaults.js';
import { quoted, type Path, type Problem, type Say } from './problem.js';
import type { PresetName } from './presets.js';
import type { DestinationConfig, PipelineConfig } from './schema.js';
import { samplesByPlace } from './condition.js';
import { didYouMean } from './suggest.js';
import { usesEventId } from './template.js';
import { checkNames, EMBEDDED_PATTERN, firstPattern, readSame } from './names-check.js';
import { hashKeyFault } from './hash-key.js';
import { directoryFault } from '../deadletter/durable-files.js';
import type { Environment } from './environment.js';
import { checkSources, isReal, isSameService, sourceOf, type SourcesPart } from './source-check.js';

/** What of a file could be understood; an entry that is wrong in itself is undefined, but its place is known. */
export interface Parts {
  readonly sources: SourcesPart;
  readonly pipelines: readonly (PipelineConfig | undefined)[];
  /** Its directory; undefined: there is none. */
  readonly deadLetters: string | undefined;
  /** undefined if it is not even known what their names are. */
  readonly destinations: ReadonlyMap<string, DestinationConfig | undefined> | undefined;
}

/** Checks what no single key can tell: names that must match, options that exclude one another, files that must be there. */
export function crossCheck(parts: Parts, tree: Tree, env: Environment, problems: Problem[]): void {
  const say: Say = (path, message) => problems.push({ offset: tree.offsetOf(path), path, message });
  checkSources(parts.sources, parts.pipelines, env, say);
  const unusable = parts.deadLetters === undefined ? undefined : directoryFault(parts.deadLetters);
  if (unusable !== undefined)
    say(['deadLetters', 'directory'], `can't use ${quoted(parts.deadLetters ?? '')}: ${unusable}`);
  for (const [index, pipeline] of parts.pipelines.entries()) {
    if (pipeline === undefined) continue;
    checkPipeline(pipeline, index, parts, say);
    checkHashKey(pipeline, ['pipelines', index, 'format', 'shape', 'hash'], tree, say);
  }
  for (const [name, destination] of parts.destinations ?? []) {
    if (destination === undefined) continue;
    const path = ['destinations', name];
    checkReceivers(name, destination, parts, say);
    checkDestination(destination, path, tree.has([...path, 'tls']), say);
    checkWire(name, destination, parts.pipelines, say);
    if (destination.oversize === 'deadLetter' && !tree.has(['deadLetters', 'directory'])) {
      say([...path, 'oversize'], 'deadLetter needs a place for them: write deadLetters: { directory: … }');
    }
  }
}

function checkPipeline(
  pipeline: PipelineConfig,
  index: number,
  { sources, pipelines, destinations }: Parts,
  say: Say,
): void {
  const path = ['pipelines', index];
  const { name, heartbeat, destination, pull, project, consumerGroup } = pipeline;
  const before = pipelines.slice(0, index);
  if (before.some((other) => other?.name === name)) {
    say([...path, 'name'], `another pipeline is called ${quoted(name)} too; every pipeline needs its own name`);
  }
  const source = sourceOf(pipeline, sources);
  const beside = before.filter((other) => other !== undefined && isSameService(sourceOf(other, sources), source));
  const twin = beside.find((other) => other?.consumerGroup === consumerGroup && readSame(other, pipeline));
  const [first = ''] = beside[0]?.project ?? project;
  const pattern = source?.endpoint === 'embedded' ? firstPattern(pipeline) : undefined;
  if (pattern !== undefined) say([...path, ...pattern], EMBEDDED_PATTERN);
  else if (source?.endpoint === 'embedded' && project.some((one) => one !== first)) {
    say([...path, 'project'], `the embedded Log Service has one project, here ${quoted(first)}`);
  }
  checkNames(pipeline, path, say);
  if (twin !== undefined) {
    say(
      [...path, 'consumerGroup'],
      `pipeline ${quoted(twin.name)} reads this logstore with the same consumer group, so each of the two would get only a part of the events; give this one its own group`,
    );
  }
  if (destinations?.has(destination) === false) {
    const names = [...destinations.keys()];
    const known = names.length === 0 ? 'there are none' : `known: ${names.join(', ')}`;
    say(
      [...path, 'destination'],
      `no destination is called ${quoted(destination)}${didYouMean(destination, names)} (${known})`,
    );
  }
  if (heartbeat.interval * 2 >= heartbeat.timeout) {
    say(
      [...path, 'heartbeat', 'interval'],
      'must be less than half of heartbeat.timeout, so that one lost heartbeat costs no shard',
    );
  }
  if (heartbeat.timeout % 1000 !== 0) say([...path, 'heartbeat', 'timeout'], 'the service takes whole seconds only');
  if (pipeline.retry.initial > pipeline.retry.max)
    say([...path, 'retry', 'initial'], 'must not be longer than retry.max');
  if (pull.minInterval > pull.idlePoll) say([...path, 'pull', 'minInterval'], 'must not be longer than pull.idlePoll');
  checkQuery(pipeline, destinations?.get(destination), path, say);
}

/** Event ids count log groups, and a query leaves some out: the next reader of the same logs, who begins elsewhere, would count others. */
function checkQuery(
  { query, processor, format, destination: name }: PipelineConfig,
  destination: DestinationConfig | undefined,
  path: Path,
  say: Say,
): void {
  if (query.trim() !== '' && processor !== undefined) {
    say([...path, 'processor'], 'there is a "query" too, and the service runs one of the two; remove the other');
  }
  if (query.trim() === '' && processor === undefined) return;
  const key = processor === undefined ? 'query' : 'processor';
  if (destination?.oversize === 'split') {
    say(
      [...path, key],
      `with a ${key} the place of an event in its shard is not known, and "oversize: split" of destination ${quoted(name)} tells the parts of one event from those of others by it; choose another "oversize"`,
    );
  }
  const conditions = [format.include, format.exclude, ...format.rules.map(({ when }) => when)];
  if (conditions.some((condition) => condition !== undefined && samplesByPlace(condition))) {
    say(
      [...path, key],
      `with a ${key} the place of an event in its shard is not known, and "sample" without a field chooses by it, so an event that is sent again could be in once and out once; give the sample a field`,
    );
  }
  if (!usesEventId(format)) return;
  say(
    [...path, key],
    `with a ${key} the place of an event in its shard is not known, so %{__event_id__} would not be the same when it is sent again; remove one of the two, or filter with format.include`,
  );
}

function checkHashKey({ format }: PipelineConfig, path: Path, tree: Tree, say: Say): void {
  const { hash } = format.shape ?? {};
  if (hash === undefined) return;
  if (hash.key !== undefined && !tree.isFromEnvironment([...path, 'key'])) {
    say([...path, 'key'], 'stands in the file for all to read; write "${NAME}" and set that variable, or use keyFile');
    return;
  }
  const fault = hashKeyFault(hash);
  if (fault !== undefined) say([...path, hash.keyFile === undefined ? 'key' : 'keyFile'], fault);
}

/** What the presets of its pipelines make of a destination: one connection has one framing. */
function checkWire(name: string, destination: DestinationConfig, pipelines: Parts['pipelines'], say: Say): void {
  const users = [...pipelines.entries()].flatMap(([index, pipeline]) =>
    pipeline?.destination === name ? [{ index, preset: pipeline.format.preset }] : [],
  );
  const [first] = users;
  if (first === undefined) return;
  const framing = ({ preset }: { preset: PresetName }): string => JSON.stringify(framingOf(destination, preset));
  for (const other of users.filter((user) => framing(user) !== framing(first))) {
    say(
      ['pipelines', other.index, 'format', 'preset'],
      `${other.preset} and ${first.preset} (pipeline ${quoted(pipelines[first.index]?.name ?? '')}) tell events apart in different ways on the same connections; write "framing" in destination ${quoted(name)}`,
    );
  }
  if (destination.newline === 'keep' && !users.every(({ preset }) => mayKeepLineBreaks(destination, preset))) {
    say(
      ['destinations', name, 'newline'],
      '"keep" needs "framing: octet-counting" or "nul", or a line break would split an event in two',
    );
  }
}

/** Nothing is lost in silence: real logs may not end in a receiver that only counts. */
function checkReceivers(name: string, { endpoints }: DestinationConfig, { pipelines, sources }: Parts, say: Say): void {
  if (!endpoints.includes('embedded')) return;
  const path = ['destinations', name];
  if (endpoints.some((endpoint) => endpoint !== 'embedded')) {
    say([...path, 'endpoints'], '"embedded" can\'t be mixed with other receivers');
  }
  if (!pipelines.some((one) => one?.destination === name && isReal(sourceOf(one, sources)))) return;
  say(
    [...path, 'endpoints'],
    'the embedded receiver only counts events, yet the checkpoint of a real logstore would move past them; name a receiver (with the shipped config.yaml: set SYSLOG_URL=tcp://host:port)',
  );
}

function checkDestination(destination: DestinationConfig, path: Path, tlsWritten: boolean, say: Say): void {
  const { endpoints, framing, trailer, retry, rate, tls } = destination;
  checkTransport(destination, path, say);
  if (framing === 'custom' && trailer === undefined) say([...path, 'framing'], 'needs "trailer" beside it');
  if (framing !== 'custom' && trailer !== undefined) say([...path, 'trailer'], 'needs "framing: custom" beside it');
  if (retry.initial > retry.max) say([...path, 'retry', 'initial'], 'must not be longer than retry.max');
  for (const key of ['burst', 'catchUpEps'] as const) {
    if (rate[key] !== undefined && rate.eps === undefined) say([...path, 'rate', key], 'needs "eps" beside it');
  }
  if (endpoints.some((endpoint) => endpoint !== 'embedded' && endpoint.tls)) checkTls(tls, [...path, 'tls'], say);
  else if (tlsWritten) {
    const secure = schemeList(({ tls: isSecure }) => isSecure).replace(' and ', '… or ');
    say(
      [...path, 'tls'],
      `no endpoint is ${secure}…, so these options would do nothing; remove them, or write tls:// above`,
    );
  }
}

function checkTransport(destination: DestinationConfig, path: Path, say: Say): void {
  const { endpoints, mode, framing, guarantee, maxEventBytes, oversize } = destination;
  const [transport = TRANSPORTS[0], ...others] = transportsOf(endpoints);
  if (others.length > 0 && transport.alone !== undefined) {
    say([...path, 'endpoints'], transport.alone);
    return;
  }
  if (framing !== undefined && transport.framing !== undefined) say([...path, 'framing'], transport.framing.why);
  if (guarantee !== undefined && !transport.guarantees.includes(guarantee)) {
    const elsewhere = schemeList((scheme) => transportOf({ scheme: scheme.name }).guarantees.includes(guarantee));
    say([...path, 'guarantee'], transport.refuse(guarantee, elsewhere));
  }
  if (mode === 'failover' && endpoints.length > 1 && !transport.failsOver) {
    say(
      [...path, 'mode'],
      `nobody tells whether a ${transport.name.toLowerCase()} receiver is alive: name one, or write mode: loadBalance`,
    );
  }
  if (transport.message === undefined) return;
  const { mostBytes } = transport.message;
  if (maxEventBytes !== undefined && maxEventBytes > mostBytes) {
    say([...path, 'maxEventBytes'], `no datagram holds more than ${mostBytes} bytes`);
  }
  if (oversize === 'send') say([...path, 'oversize'], 'no datagram holds events of any size; use truncate or drop');
}

/** The strongest that the receivers allow. */
export function guaranteeOf(destination: DestinationConfig): Guarantee {
  return destination.guarantee ?? transportFor(destination).guarantees[0];
}

function checkTls(tls: DestinationConfig['tls'], path: Path, say: Say): void {
  if (tls.cert !== undefined && tls.key === undefined) say([...path, 'cert'], 'needs "key" beside it');
  if (tls.key !== undefined && tls.cert === undefined) say([...path, 'key'], 'needs "cert" beside it');
  for (const key of ['passphrase', 'passphraseFile'] as const) {
    if (tls[key] !== undefined && tls.key === undefined) say([...path, key], 'needs "key" beside it');
  }
  if (tls.passphrase !== undefined && tls.passphraseFile !== undefined) {
    say([...path, 'passphraseFile'], 'there is a "passphrase" too; remove one');
  }
  if (tls.pins.length > 0 && tls.insecureSkipVerify) {
    say([...path, 'insecureSkipVerify'], '"pins" already say whom to trust; remove this line');
  }
  const material = readTlsFiles(tls);
  for (const { key, message } of material.ok ? [] : material.faults) say([...path, key], message);
}
