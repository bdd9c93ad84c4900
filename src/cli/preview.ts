import { isWrong, parseStart, type Start } from '../config/scalars.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import { CONFIG } from './config-option.js';
import { print, printBytes, remark } from './output.js';
import { checkPast } from './range.js';
import { wholeNumber } from './usage.js';

export const PREVIEW_OPTIONS = {
  ...CONFIG,
  pipeline: { type: 'string', requiresArg: true, describe: 'Only this pipeline; needed if there are several' },
  logstore: { type: 'string', requiresArg: true, describe: 'Only this logstore of it, if it reads several' },
  count: { alias: 'n', type: 'number', default: 5, requiresArg: true, describe: 'Events to show' },
  from: { type: 'string', requiresArg: true, describe: 'Where to look: begin, a time, or -2h; default: the last hour' },
  hex: { type: 'boolean', default: false, describe: 'Show bytes, not text' },
  lint: { type: 'boolean', default: false, describe: "Also name what a SIEM can't read" },
} as const;

export interface PreviewArguments {
  readonly config: string;
  readonly pipeline?: string | undefined;
  readonly logstore?: string | undefined;
  readonly count: number;
  readonly from?: string | undefined;
  readonly hex: boolean;
  readonly lint: boolean;
}

/** What would be sent goes to standard output, as it is; what there is to say about it to standard error. */
export async function runPreview({ config, count, from, hex, lint, ...choice }: PreviewArguments): Promise<number> {
  const { pipeline, logstore } = choice;
  const request = {
    pipeline,
    logstore,
    count: wholeNumber('count', count, 1, 10_000),
    from: positionOf(from),
    hex,
    lint,
  };
  const { preview } = await import('../preview/run-preview.js');
  await preview({
    ...request,
    configFile: config,
    env: process.env,
    print: (bytes) => (typeof bytes === 'string' ? print(bytes) : printBytes(bytes)),
    say: remark,
  });
  return 0;
}

function positionOf(text: string | undefined): Start | undefined {
  if (text === undefined) return undefined;
  const start = parseStart(text);
  if (!isWrong(start)) {
    checkPast('from', start, Date.now());
    return start;
  }
  throw new ForwarderError('USAGE', `--from: ${start.wrong} (forwarder preview --help)`);
}
