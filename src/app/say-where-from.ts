import type { ForwarderSettings } from '../config/settings.js';
import type { Log } from '../model/log.js';
import type { EmbeddedEnds } from './embedded.js';

/** What is read, and where it goes if that is not a real receiver: the embedded ends must never be taken for real ones. */
export function sayWhereFrom({ sources, pipelines, patterns }: ForwarderSettings, ends: EmbeddedEnds, log: Log): void {
  if (ends.service !== undefined) {
    log.warn(
      {},
      `EMBEDDED SOURCE: made-up logs from the built-in emulator at ${ends.service.endpoint}; set SLS_ENDPOINT and its companions to read real ones`,
    );
  }
  for (const { settings } of pipelines) {
    const service = sources.get(settings.source);
    if (service === undefined || service === 'embedded') continue;
    const { source, project, logstore, consumerGroup, consumer } = settings;
    log.info({ source, project, logstore, consumerGroup, consumer }, `reading from ${service.endpoint.host}`);
  }
  for (const { name: pipeline, source, projects: project, logstores: logstore } of patterns) {
    const service = sources.get(source);
    if (service === undefined || service === 'embedded') continue;
    log.info({ pipeline, source, project, logstore }, `reading what the patterns find at ${service.endpoint.host}`);
  }
  if (ends.receiver !== undefined) {
    log.warn(
      {},
      `EMBEDDED RECEIVER: events end at the built-in receiver at ${ends.receiver.url}; set SYSLOG_URL to send them to a SIEM`,
    );
  }
}
