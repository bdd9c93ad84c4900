import { transportOf } from '../delivery/transports/table.js';
import type { DestinationPlan, PipelinePlan } from './settings.js';

/** Ports on which SC4S listens by default: for lines, and for messages with their length before them. It tells the two apart on no port. */
const SC4S_LINES = [514, 6514];
const SC4S_COUNTED = [601, 5425];

/** What the receiver that a pipeline's preset is made for does not take as the config has it; a sentence each, without the pipeline's name. */
export function receiverMisfits({ preset, plan }: PipelinePlan, { settings }: DestinationPlan): string[] {
  if (preset === 'otel') {
    const { style, dialect } = plan.header;
    if (style !== 'rfc3164' || dialect === 'bsd') return [];
    return [`format.dialect: the OpenTelemetry Collector takes RFC 3164 with "dialect: bsd" only, not with ${dialect}`];
  }
  if (preset !== 'splunk-sc4s') return [];
  const isCounted = plan.framing === 'octet-counting';
  const [wrong, wanted] = isCounted ? [SC4S_LINES, 'lf'] : [SC4S_COUNTED, 'octet-counting'];
  const streams = settings.endpoints.filter((endpoint) => transportOf(endpoint).framing === undefined);
  return streams
    .filter(({ port }) => wrong.includes(port))
    .map(
      ({ text, port }) =>
        `${text}: SC4S takes ${isCounted ? 'lines' : 'octet counting'} only on port ${port}; write "framing: ${wanted}" in destination "${settings.name}", or another port (${(isCounted ? SC4S_COUNTED : SC4S_LINES).join(' or ')})`,
    );
}
