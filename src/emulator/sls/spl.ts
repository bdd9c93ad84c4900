import { fieldsOf } from './log-group-reader.js';
import { asListElement } from './log-group-writer.js';
import { refuse } from './service-error.js';

type Keep = (contents: ReadonlyMap<string, string>) => boolean;

export interface Filtered {
  /** A LogGroupList of the groups that have a log left. */
  readonly body: Uint8Array;
  readonly groups: number;
  readonly scannedLogs: number;
  readonly keptLogs: number;
}

const WHERE = /^\s*\*\s*\|\s*where\s+(?:"([^"]+)"|([\w.-]+))\s*(=|!=)\s*'((?:[^']|'')*)'\s*$/i;

/**
 * Of SPL only `* | where field = 'text'`, also with `!=`: enough to test what a consumer must do with a filter.
 * @throws ServiceError ParameterInvalid for everything else
 */
export function parseSpl(query: string): Keep {
  const [, quoted, plain, operator, text = ''] = WHERE.exec(query) ?? [];
  const field = quoted ?? plain;
  if (field === undefined)
    throw refuse.parameterInvalid("the emulator knows of SPL only * | where field = 'text' and !=");
  const wanted = text.replaceAll("''", "'");
  return (contents) => (contents.get(field) === wanted) === (operator === '=');
}

/** @param list an encoded LogGroupList */
export function filterGroups(list: Uint8Array, keep: Keep): Filtered {
  const groups: Uint8Array[] = [];
  let scannedLogs = 0;
  let keptLogs = 0;
  for (const { value: group } of fieldsOf(list)) {
    const parts: Uint8Array[] = [];
    let logs = 0;
    for (const { field, value, whole } of fieldsOf(group)) {
      const isLog = field === 1;
      if (isLog) scannedLogs += 1;
      if (isLog && !keep(contentsOf(value))) continue;
      if (isLog) logs += 1;
      parts.push(whole);
    }
    keptLogs += logs;
    if (logs > 0) groups.push(asListElement(Buffer.concat(parts)));
  }
  return { body: Buffer.concat(groups), groups: groups.length, scannedLogs, keptLogs };
}

function contentsOf(log: Uint8Array): ReadonlyMap<string, string> {
  const contents = new Map<string, string>();
  for (const { field, value } of fieldsOf(log)) {
    if (field !== 2) continue;
    const texts = fieldsOf(value).map((part) => Buffer.from(part.value).toString());
    contents.set(texts[0] ?? '', texts[1] ?? '');
  }
  return contents;
}
