import { z } from 'zod';
import { ONE_OR_MANY } from './leaves.js';
import { configSchema } from './schema.js';

type Json = Record<string, unknown>;

/** A value that only the environment knows: any key may hold it, whatever its type. */
const FROM_ENVIRONMENT = { type: 'string', pattern: '\\$\\{[A-Za-z_]' };

/** The config's JSON Schema (draft 2020-12), for editors: keys, defaults, limits and what each key means. */
export function jsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ jsonSchema: node }) => allowEnvironment(node),
  });
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** Free text takes `${VAR}` anyway. Called more than once for some nodes, so it must not do its work twice. */
function allowEnvironment(node: Json): void {
  if (node[ONE_OR_MANY] === true) {
    Reflect.deleteProperty(node, ONE_OR_MANY);
    const { items, minItems, maxItems } = node;
    for (const key of ['type', 'items', 'minItems', 'maxItems']) Reflect.deleteProperty(node, key);
    node['anyOf'] = [{ ...(items as Json) }, { type: 'array', items, minItems, maxItems }];
    return;
  }
  if (Array.isArray(node['anyOf'])) {
    Reflect.deleteProperty(node, 'type');
    const others = node['anyOf'].filter((rule: Json) => rule['pattern'] !== FROM_ENVIRONMENT.pattern);
    node['anyOf'] = [...(others as Json[]), FROM_ENVIRONMENT];
    return;
  }
  const isBound = node['pattern'] !== undefined || node['enum'] !== undefined || node['const'] !== undefined;
  const isScalar = ['string', 'number', 'integer', 'boolean'].includes(String(node['type']));
  if (!isScalar || (node['type'] === 'string' && !isBound)) return;
  const rule: Json = {};
  for (const key of Object.keys(node).filter((name) => !['description', 'default', 'title'].includes(name))) {
    rule[key] = node[key];
    Reflect.deleteProperty(node, key);
  }
  node['anyOf'] = [rule, FROM_ENVIRONMENT];
}
