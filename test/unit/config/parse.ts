import { parseConfig } from '../../../src/config/load.js';
import type { Config } from '../../../src/config/schema.js';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';

export type Env = Readonly<Record<string, string>>;

export function parse(text: string, env: Env = {}): Config {
  return parseConfig('c.yaml', Buffer.from(text), env);
}

/** The lines of the error the text leads to; none when it is right. */
export function problems(text: string, env: Env = {}): string[] {
  try {
    parse(text, env);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ForwarderError) || thrown.code !== 'CONFIG_INVALID') throw thrown;
    return thrown.message.split('\n');
  }
}

/** A config with nothing but what must be written; text for a section goes below it. */
export function minimal(more: Partial<Record<'source' | 'pipeline' | 'destination' | 'top', string>> = {}): string {
  return `sources:
  sg:
    endpoint: embedded
${indent(more.source, 4)}pipelines:
  - name: main
    project: p
    logstore: l
    consumerGroup: g
    destination: siem
${indent(more.pipeline, 4)}destinations:
  siem:
    endpoints: [tcp://siem:514]
${indent(more.destination, 4)}${indent(more.top, 0)}`;
}

function indent(text: string | undefined, by: number): string {
  if (text === undefined) return '';
  return text
    .split('\n')
    .map((line) => `${' '.repeat(by)}${line}\n`)
    .join('');
}
