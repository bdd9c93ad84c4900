import type { ForwarderSettings, PipelinePlan } from './settings.js';
import { ForwarderError } from '../errors/forwarder-error.js';

/** The pipeline of that name; without a name the only one there is. @throws ForwarderError USAGE */
export function choosePipeline({ pipelines }: ForwarderSettings, name: string | undefined): PipelinePlan {
  const names = pipelines.map(({ settings }) => settings.name).join(', ');
  const found = name === undefined ? pipelines : pipelines.filter(({ settings }) => settings.name === name);
  const [plan, another] = found;
  if (plan === undefined) throw new ForwarderError('USAGE', `no pipeline is called "${name ?? ''}" (known: ${names})`);
  if (another !== undefined) throw new ForwarderError('USAGE', `choose one with --pipeline: ${names}`);
  return plan;
}
