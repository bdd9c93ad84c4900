import { type Call, EMPTY_REPLY, json, type Reply } from './call.js';
import type { GroupSettings } from './consumer-group.js';
import { jsonBody, objectBody } from './json-body.js';
import type { Logstore } from './logstore.js';
import { required } from './route.js';
import { refuse } from './service-error.js';

export function createConsumerGroup(call: Call, logstore: Logstore): Reply {
  const body = objectBody(call);
  const name = body['consumerGroup'];
  if (typeof name !== 'string' || !/^[0-9a-zA-Z_-]{1,128}$/.test(name))
    throw refuse.parameterInvalid('consumerGroup is missing or not a legal name');
  const { timeout, order = false } = settingsOf(body);
  if (timeout === undefined) throw refuse.jsonInvalid('timeout is missing');
  logstore.createGroup(name, { timeout, order });
  return EMPTY_REPLY;
}

/** A bare array; `order` and `timeout` are always there because the SDKs do not check. */
export function listConsumerGroups(_: Call, logstore: Logstore): Reply {
  return json(logstore.groups.map(({ name, settings }) => ({ name, ...settings })));
}

export function updateConsumerGroup(call: Call, logstore: Logstore): Reply {
  logstore.group(call.group).update(settingsOf(objectBody(call)));
  return EMPTY_REPLY;
}

export function deleteConsumerGroup(call: Call, logstore: Logstore): Reply {
  logstore.deleteGroup(call.group);
  return EMPTY_REPLY;
}

export function heartbeat(call: Call, logstore: Logstore): Reply {
  const group = logstore.group(call.group);
  const listed = jsonBody(call);
  if (!Array.isArray(listed) || !listed.every((id): id is number => Number.isInteger(id)))
    throw refuse.jsonInvalid('a heartbeat is an array of shard ids');
  return json(group.heartbeat(consumerOf(call), listed));
}

export function getCheckpoints(call: Call, logstore: Logstore): Reply {
  return json(logstore.group(call.group).checkpoints(call.shard));
}

/** UpdateCheckPoint; the SDKs write the flag `true`, `True` or `false`. */
export function updateCheckpoint(call: Call, logstore: Logstore): Reply {
  const group = logstore.group(call.group);
  const force = call.query.get('forceSuccess')?.toLowerCase() === 'true';
  const { shard, checkpoint } = objectBody(call);
  if (typeof shard !== 'number' || typeof checkpoint !== 'string')
    throw refuse.jsonInvalid('shard or checkpoint is missing');
  group.commit(force ? (call.query.get('consumer') ?? '') : consumerOf(call), shard, checkpoint, force);
  logstore.shard(shard).counts.checkpoints++;
  return EMPTY_REPLY;
}

function consumerOf(call: Call): string {
  const consumer = required(call.query, 'consumer');
  if (consumer === '') throw refuse.parameterInvalid('consumer is empty');
  return consumer;
}

/** `timeout` may have a fraction, which the service does not promise: it makes tests quick. */
function settingsOf(body: Readonly<Record<string, unknown>>): Partial<GroupSettings> {
  const { timeout, order } = body;
  if (timeout !== undefined && (typeof timeout !== 'number' || !(timeout > 0)))
    throw refuse.jsonInvalid('timeout must be a positive number');
  if (order !== undefined && typeof order !== 'boolean') throw refuse.jsonInvalid('order must be true or false');
  return { ...(timeout === undefined ? {} : { timeout }), ...(order === undefined ? {} : { order }) };
}
