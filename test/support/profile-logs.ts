import { profileOf, type ProfileName } from '../../src/emulator/sls/profiles/index.js';
import { Random } from '../../src/emulator/sls/random.js';
import { encode } from './oracle/log-group-list.js';

export const PROFILES = [
  'actiontrail',
  'vpcflow',
  'waf',
  'k8saudit',
  'nginx',
] as const satisfies readonly ProfileName[];

const TIME = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A raw batch of three logs, always the same. */
export function logsOf(name: ProfileName): Uint8Array {
  const random = new Random(7);
  const { topic, contents, source, tags } = profileOf(name, random);
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  const pair = ([key, value]: readonly [string, string]) => ({ key: bytes(key), value: bytes(value) });
  const logs = [0, 1, 2].map((second) => ({
    time: TIME / 1000 + second,
    contents: contents(random, TIME + second * 1000).map(pair),
  }));
  return encode([
    { logs, topic: bytes(topic), source: bytes(source(random)), tags: tags(random, TIME / 1000).map(pair) },
  ]);
}
