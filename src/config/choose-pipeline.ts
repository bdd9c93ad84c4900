import { namesIn } from '../model/name-patterns.js';
import type { LogstorePlace } from './logstore-names.js';
import { choosesPlace } from './pattern-plans.js';
import type { ForwarderSettings, PatternPlan, PipelinePlan } from './settings.js';
import { ForwarderError } from '../errors/forwarder-error.js';

/** What the command line names. */
export interface Choice {
  /** Name of a pipeline; not needed where there is only one. */
  readonly pipeline: string | undefined;
  /** One of its logstores, alone or as `project/logstore`; not needed where there is only one. */
  readonly logstore: string | undefined;
}

/** One logstore of one pipeline. @throws ForwarderError USAGE */
export function choosePipeline(settings: ForwarderSettings, { pipeline: name, logstore }: Choice): PipelinePlan {
  const isMeant = (one: string): boolean => name === undefined || one === name;
  const plans = settings.pipelines.filter((plan) => isMeant(plan.settings.name));
  const patterns = settings.patterns.filter((plan) => isMeant(plan.name));
  const all = [...settings.pipelines.map((plan) => plan.settings.name), ...settings.patterns.map((plan) => plan.name)];
  const names = [...new Set(all)].join(', ');
  const meant = new Set([...plans, ...patterns].map(({ index }) => index));
  if (meant.size === 0) throw new ForwarderError('USAGE', `no pipeline is called "${name ?? ''}" (known: ${names})`);
  if (meant.size > 1) throw new ForwarderError('USAGE', `choose one with --pipeline: ${names}`);
  const [pattern] = patterns;
  const found = plans.filter((plan) => logstore === undefined || isCalled(plan, logstore));
  const [plan, another] = found;
  if (another !== undefined) throw new ForwarderError('USAGE', `choose one with --logstore: ${list(found)}`);
  if (pattern !== undefined && (plan === undefined || logstore === undefined)) return byPattern(pattern, logstore);
  if (plan === undefined)
    throw new ForwarderError('USAGE', `this pipeline reads no logstore "${logstore ?? ''}" (known: ${list(plans)})`);
  return plan;
}

/** Nobody is asked whether there is such a logstore. */
function byPattern(pattern: PatternPlan, logstore: string | undefined): PipelinePlan {
  const written = `project: ${pattern.projects.join(', ')}; logstore: ${pattern.logstores.join(', ')}`;
  if (logstore === undefined)
    throw new ForwarderError(
      'USAGE',
      `this pipeline finds its logstores by patterns (${written}); choose one with --logstore project/logstore ("forwarder validate --connect" lists them)`,
    );
  const place = placeIn(logstore, namesIn(pattern.projects));
  if (place === undefined)
    throw new ForwarderError('USAGE', `--logstore ${logstore}: say in which project, as project/${logstore}`);
  if (!choosesPlace(pattern, place))
    throw new ForwarderError('USAGE', `this pipeline reads no logstore "${logstore}" (${written})`);
  return pattern.planFor(place, false);
}

/** Where there is one project, everybody knows which. */
function placeIn(text: string, projects: readonly string[]): LogstorePlace | undefined {
  const [first = '', second, ...more] = text.split('/');
  if (second !== undefined) return more.length === 0 ? { project: first, logstore: second } : undefined;
  const [project, another] = projects;
  return project === undefined || another !== undefined ? undefined : { project, logstore: first };
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
