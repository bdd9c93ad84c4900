import { chooses, hasPatterns, isExclude, isPattern, leavesOut, namesIn } from '../model/name-patterns.js';
import { usesPatterns } from './logstore-names.js';
import { quoted, type Path } from './problem.js';
import type { PipelineConfig } from './schema.js';

type Say = (path: Path, message: string) => void;

/** The lists of names and patterns of a pipeline. */
export function checkNames(pipeline: PipelineConfig, path: Path, say: Say): void {
  checkList(pipeline.project, [...path, 'project'], say);
  checkList(pipeline.logstore, [...path, 'logstore'], say);
  const logstores = namesIn(pipeline.project).length * namesIn(pipeline.logstore).length;
  if (logstores > MOST_LOGSTORES)
    say([...path, 'logstore'], `these are ${logstores} logstores; one process reads at most ${MOST_LOGSTORES}`);
}

/** Of one process. */
export const MOST_LOGSTORES = 1000;

function checkList(names: readonly string[], path: Path, say: Say): void {
  const again = names.findIndex((name, at) => names.indexOf(name) < at);
  if (again >= 0) say([...path, again], `${quoted(names[again] ?? '')} stands here twice; remove one`);
  const excludes = names.flatMap((name, at) => (isExclude(name) ? [at] : []));
  const [first] = excludes;
  if (first === undefined) return;
  if (excludes.length === names.length) {
    say(
      [...path, first],
      `${quoted(names[first] ?? '')} leaves something out, and nothing is chosen; add what to read, such as "*"`,
    );
    return;
  }
  if (!names.some((name) => isPattern(name) && !isExclude(name))) {
    say(
      [...path, first],
      `${quoted(names[first] ?? '')} leaves nothing out, for there are only names beside it; remove it`,
    );
    return;
  }
  for (const at of excludes) {
    const lost = namesIn(names).find((name) => leavesOut(names[at] ?? '', name));
    if (lost !== undefined)
      say([...path, at], `${quoted(names[at] ?? '')} leaves out ${quoted(lost)}, which is named here too; remove one`);
  }
}

type Names = Pick<PipelineConfig, 'project' | 'logstore'>;

/** Whether it is certain that two pipelines read a logstore both. What two patterns find is known only at run time. */
export function readSame(one: Names, other: Names): boolean {
  const isSame = (left: readonly string[], right: readonly string[]): boolean =>
    left.length === right.length && left.every((entry) => right.includes(entry));
  const meets = (left: readonly string[], right: readonly string[]): boolean =>
    isSame(left, right) ||
    namesIn(left).some((name) => chooses(right, name)) ||
    namesIn(right).some((name) => chooses(left, name));
  return meets(one.project, other.project) && meets(one.logstore, other.logstore);
}

export const EMBEDDED_PATTERN =
  'the embedded Log Service has the logstores that the config names, so there is nothing to find; write a name';

/** Where the first pattern stands. */
export function firstPattern(pipeline: PipelineConfig): Path | undefined {
  if (!usesPatterns(pipeline)) return undefined;
  const key = hasPatterns(pipeline.project) ? 'project' : 'logstore';
  return [key, pipeline[key].findIndex(isPattern)];
}
