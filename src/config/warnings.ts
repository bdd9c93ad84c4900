import { budgetWarnings } from './budgets.js';
import { everyPlan } from './pattern-plans.js';
import { isKnownRegion, likeRegion } from './regions.js';
import { receiverMisfits } from './receiver-fit.js';
import type { ForwarderSettings, PipelinePlan } from './settings.js';

/**
 * What is allowed and yet hardly meant; a line each.
 * @param now milliseconds since the epoch
 */
export function warningsOf(settings: ForwarderSettings, now: number): string[] {
  const all = [
    ...budgetWarnings(settings),
    ...startsInFuture(settings, now),
    ...unknownRegions(settings),
    ...everyPlan(settings).flatMap((pipeline) => misfits(settings, pipeline)),
  ];
  // Several logstores of one pipeline have the same.
  return [...new Set(all)];
}

function misfits(settings: ForwarderSettings, pipeline: PipelinePlan): string[] {
  return misfitsOf(settings, pipeline).map((what) => `pipelines.${pipeline.settings.name}: ${what}`);
}

/** What the receiver that the preset is made for does not take. */
export function misfitsOf({ destinations }: ForwarderSettings, pipeline: PipelinePlan): string[] {
  const destination = destinations.find(({ settings }) => settings.name === pipeline.settings.destination);
  return destination === undefined ? [] : receiverMisfits(pipeline, destination);
}

function startsInFuture(all: ForwarderSettings, now: number): string[] {
  return everyPlan(all).flatMap(({ settings: { name, shard } }) => {
    const { start } = shard;
    if (typeof start === 'string' || start.unixSeconds * 1000 <= now) return [];
    const when = new Date(start.unixSeconds * 1000).toISOString();
    return [
      `pipelines.${name}.start: ${when} is in the future: shards without a checkpoint start at their end, as with start: end`,
    ];
  });
}

/** A wrong one is a name that can't be resolved, or signatures that are refused; a new one is neither. */
function unknownRegions({ sources }: ForwarderSettings): string[] {
  return [...sources].flatMap(([name, service]) => {
    const region = service === 'embedded' ? undefined : service.region;
    if (region === undefined || isKnownRegion(region)) return [];
    return [`sources.${name}: ${region} is no region that this version knows${likeRegion(region)}`];
  });
}
