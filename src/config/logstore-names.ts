import { hasPatterns, namesIn } from '../model/name-patterns.js';
import type { PipelineConfig } from './schema.js';

/** One logstore. */
export interface LogstorePlace {
  readonly project: string;
  readonly logstore: string;
}

type Names = Pick<PipelineConfig, 'project' | 'logstore'>;

/** The logstores that a pipeline names: each in each project. They are read whatever a list says. */
export function namedLogstores({ project, logstore }: Names): LogstorePlace[] {
  const logstores = namesIn(logstore);
  return namesIn(project).flatMap((one) => logstores.map((other) => ({ project: one, logstore: other })));
}

export const usesPatterns = ({ project, logstore }: Names): boolean => hasPatterns(project) || hasPatterns(logstore);
