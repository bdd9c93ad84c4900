import { chooses } from '../model/name-patterns.js';
import type { LogstorePlace } from './logstore-names.js';
import type { ForwarderSettings, PatternPlan, PipelinePlan } from './settings.js';

/** Whether the patterns of a pipeline choose a logstore. */
export const choosesPlace = (
  { projects, logstores }: Pick<PatternPlan, 'projects' | 'logstores'>,
  { project, logstore }: LogstorePlace,
): boolean => chooses(projects, project) && chooses(logstores, logstore);

const ANY = { project: 'project', logstore: 'logstore' };

/** The plan of every logstore that is named, and for each pipeline with patterns that of any logstore that they may find. */
export const everyPlan = ({
  pipelines,
  patterns,
}: Pick<ForwarderSettings, 'pipelines' | 'patterns'>): readonly PipelinePlan[] => [
  ...pipelines,
  ...patterns.map((one) => one.planFor(ANY, false)),
];

/** How the pipeline of that name, or else the first one, reads a logstore; undefined: none does. */
export function readerOf(
  { pipelines, patterns }: Pick<ForwarderSettings, 'pipelines' | 'patterns'>,
  name: string,
  place: LogstorePlace,
): PipelinePlan | undefined {
  const named = pipelines.filter(
    ({ settings }) => settings.project === place.project && settings.logstore === place.logstore,
  );
  const found = patterns.filter((one) => choosesPlace(one, place)).map((one) => one.planFor(place, false));
  const readers = [...named, ...found].sort((one, other) => one.index - other.index);
  return readers.find(({ settings }) => settings.name === name) ?? readers[0];
}
