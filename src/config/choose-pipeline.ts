import type { ForwarderSettings, PipelinePlan } from './settings.js';
import { ForwarderError } from '../errors/forwarder-error.js';

/** What the command line names. */
export interface Choice {
  /** Name of a pipeline; not needed where there is only one. */
  readonly pipeline: string | undefined;
  /** One of its logstores, alone or as `project/logstore`; not needed where there is only one. */
  readonly logstore: string | undefined;
}

/** One logstore of one pipeline. @throws ForwarderError USAGE */
export function choosePipeline({ pipelines }: ForwarderSettings, { pipeline: name, logstore }: Choice): PipelinePlan {
  const names = [...new Set(pipelines.map(({ settings }) => settings.name))].join(', ');
  const ofName = name === undefined ? pipelines : pipelines.filter(({ settings }) => settings.name === name);
  if (ofName.length === 0) throw new ForwarderError('USAGE', `no pipeline is called "${name ?? ''}" (known: ${names})`);
  if (new Set(ofName.map(({ index }) => index)).size > 1)
    throw new ForwarderError('USAGE', `choose one with --pipeline: ${names}`);
  const found = ofName.filter((plan) => logstore === undefined || isCalled(plan, logstore));
  const [plan, another] = found;
  if (plan === undefined)
    throw new ForwarderError('USAGE', `this pipeline reads no logstore "${logstore ?? ''}" (known: ${list(ofName)})`);
  if (another !== undefined) throw new ForwarderError('USAGE', `choose one with --logstore: ${list(found)}`);
  return plan;
}

const placeOf = ({ settings: { project, logstore } }: PipelinePlan): string => `${project}/${logstore}`;

const isCalled = (plan: PipelinePlan, text: string): boolean =>
  text === plan.settings.logstore || text === placeOf(plan);

/** Of a long list the beginning is enough to see how they are written. */
function list(plans: readonly PipelinePlan[]): string {
  const more = plans.length > MOST_LISTED ? `, … (${plans.length})` : '';
  return `${plans.slice(0, MOST_LISTED).map(placeOf).join(', ')}${more}`;
}

const MOST_LISTED = 20;
