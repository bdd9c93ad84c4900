import { type Call, EMPTY_REPLY, json, type Reply } from './call.js';
import { objectBody } from './json-body.js';
import { isLogstoreName } from './options.js';
import type { Logstore } from './logstore.js';
import type { Project } from './project.js';
import { optionalInteger } from './route.js';
import { refuse } from './service-error.js';
import { parseSpl } from './spl.js';

/** Most names of one page. */
const PAGE = 500;

/** ListProject: those of the region that was asked. */
export function listProjects({ query }: Pick<Call, 'query'>, projects: readonly Project[]): Reply {
  const { page, total } = pageOf(query, projects, query.get('projectName') ?? '');
  return json({ count: page.length, total, projects: page.map(describe) });
}

export function getProject(_: Call, project: Project): Reply {
  return json(describe(project));
}

function describe({ name, region, createdAt }: Project): object {
  const createTime = new Date(createdAt).toISOString().slice(0, 19).replace('T', ' ');
  const shared = { status: 'Normal', description: '', owner: '', createTime, lastModifyTime: createTime };
  return { projectName: name, region: region ?? 'emulator', ...shared };
}

export function listLogstores({ query }: Call, project: Project): Reply {
  const names = project.logstores.map(({ settings }) => settings);
  const { page, total } = pageOf(query, names, query.get('logstoreName') ?? '');
  return json({ count: page.length, total, logstores: page.map(({ name }) => name) });
}

/** The named ones whose name holds `part`, from `offset` on. */
function pageOf<T extends { readonly name: string }>(
  query: Call['query'],
  all: readonly T[],
  part: string,
): { readonly page: readonly T[]; readonly total: number } {
  const offset = optionalInteger(query, 'offset', 0);
  const size = optionalInteger(query, 'size', PAGE);
  if (offset < 0 || size < 1 || size > PAGE) throw refuse.parameterInvalid(`offset or size is not valid, (0,${PAGE}]`);
  const found = all.filter(({ name }) => name.includes(part));
  return { page: found.slice(offset, offset + size), total: found.length };
}

export function getLogstore(_: Call, { settings, shards }: Logstore): Reply {
  const { name, appendMeta } = settings;
  return json({ logstoreName: name, ttl: 30, shardCount: shards.filter((s) => !s.readOnly).length, appendMeta });
}

export function createLogstore(call: Call, project: Project): Reply {
  const { logstoreName: name, shardCount: shards = 2, appendMeta = false } = objectBody(call);
  if (typeof name !== 'string' || !isLogstoreName(name))
    throw refuse.parameterInvalid('logstoreName is missing or not a legal name');
  if (typeof shards !== 'number' || !Number.isInteger(shards) || shards < 1 || shards > 100)
    throw refuse.parameterInvalid('shardCount must be 1 to 100');
  project.create({ name, shards, appendMeta: appendMeta === true });
  return EMPTY_REPLY;
}

export function deleteLogstore(call: Call, project: Project): Reply {
  project.delete(call.logstore);
  return EMPTY_REPLY;
}

/** PutConsumeProcessor: `{"configuration": {"type": "SPL", "spl": …}}`. */
export function putProcessor(call: Call, project: Project): Reply {
  const { configuration } = objectBody(call);
  const spl = (configuration as { readonly spl?: unknown } | undefined)?.spl;
  if (typeof spl !== 'string') throw refuse.parameterInvalid('configuration.spl is missing');
  parseSpl(spl);
  project.processors.set(nameIn(call), spl);
  return EMPTY_REPLY;
}

export function getProcessor(call: Call, project: Project): Reply {
  const name = nameIn(call);
  const spl = project.processors.get(name);
  if (spl === undefined) throw refuse.processorNotExist(name);
  return json({ processorName: name, displayName: name, configuration: { type: 'SPL', spl } });
}

export function deleteProcessor(call: Call, project: Project): Reply {
  const name = nameIn(call);
  if (!project.processors.delete(name)) throw refuse.processorNotExist(name);
  return EMPTY_REPLY;
}

/** `/consumeprocessors/<name>` */
function nameIn({ path }: Call): string {
  return path.split('/')[2] ?? '';
}
