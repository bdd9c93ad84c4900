import type { ForwarderSettings, PipelinePlan } from '../config/settings.js';

/** Fields of every line about one logstore of a pipeline: so much as its name does not tell. */
export function pipelineFields(
  settings: ForwarderSettings,
  { name, title, ...plan }: PipelinePlan['settings'],
): object {
  const logstore = title === name ? {} : { logstore: `${plan.project}/${plan.logstore}` };
  return { pipeline: name, ...logstore, ...sourceField(settings, plan.source) };
}

/** Where there is one source, everybody knows which. */
export const sourceField = ({ sources }: ForwarderSettings, source: string): object =>
  sources.size > 1 ? { source } : {};
