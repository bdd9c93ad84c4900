import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import { isReference } from './environment.js';

/** More than a section of a config needs; aliases can make any number of a few lines. */
const MAX_NODES = 200;
/** Stands for what is not shown. */
export const HIDDEN = '"…"';

/**
 * A part of a config on one line, as a person would write it in `{ }`: `${VAR}` as it stands in the file. What may be a secret is {@link HIDDEN}.
 * @param shown keys whose values are no secrets; of all others only a `${VAR}` is shown, without a default
 */
export function writtenAs(doc: Document.Parsed, node: Node | null, shown: ReadonlySet<string>): string {
  let nodes = 0;
  const show = (part: Node | null | undefined, key: string): string => {
    nodes += 1;
    if (nodes > MAX_NODES) return HIDDEN;
    if (isAlias(part)) return show(part.resolve(doc), key);
    if (isMap(part)) {
      const pairs = part.items as Pair<Node, Node | null>[];
      return `{ ${all(pairs, (pair) => entry(pair))} }`;
    }
    if (isSeq(part)) return `[${all(part.items as (Node | null)[], (item) => show(item, key))}]`;
    return isScalar(part) ? scalar(part.value, shown.has(key)) : '';
  };
  const all = <T>(items: readonly T[], text: (item: T) => string): string => {
    const texts: string[] = [];
    for (const item of items) {
      texts.push(nodes < MAX_NODES ? text(item) : HIDDEN);
      if (nodes >= MAX_NODES) break;
    }
    return texts.join(', ');
  };
  const entry = ({ key, value }: Pair<Node, Node | null>): string => {
    const name = isScalar(key) ? String(key.value) : '';
    // Without the blank after ":" a key holds its value.
    return /^\w{1,40}$/.test(name) ? `${name}: ${show(value, name)}`.trimEnd() : HIDDEN;
  };
  return show(node, '');
}

function scalar(value: unknown, isShown: boolean): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return isShown ? String(value) : HIDDEN;
  if (typeof value !== 'string') return HIDDEN;
  const isOpen = value === '' || isReference(value) || (isShown && !value.includes('@'));
  if (!isOpen) return HIDDEN;
  return /^[A-Za-z/][\w./-]*$/.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value);
}

/** Words that YAML takes for something else without quotes. */
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n)$/i;
