import { type Call, EMPTY_REPLY, json, type Reply } from './call.js';
import { objectBody } from './json-body.js';
import { isLogstoreName } from './options.js';
import type { Logstore } from './logstore.js';
import type { Project } from './project.js';
import { optionalInteger } from './route.js';
import { refuse } from './service-error.js';

export function getProject(_: Call, { name }: Project): Reply {
  return json({ projectName: name, status: 'Normal', description: '', region: 'emulator', owner: '' });
}

export function listLogstores({ query }: Call, project: Project): Reply {
  const part = query.get('logstoreName') ?? '';
  const offset = optionalInteger(query, 'offset', 0);
  const size = optionalInteger(query, 'size', 500);
  const names = project.logstores.map(({ settings }) => settings.name).filter((name) => name.includes(part));
  const page = names.slice(offset, offset + size);
  return json({ count: page.length, total: names.length, logstores: page });
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
