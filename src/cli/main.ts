import { writeFault } from '../errors/file-fault.js';
import { asForwarderError, ForwarderError } from '../errors/forwarder-error.js';
import { sayError } from '../telemetry/log-output.js';
import { runCommand } from './run-command.js';

/**
 * Runs one command. Never rejects: whatever goes wrong becomes a line on standard error.
 * @returns the exit code (sysexits)
 */
export async function main(args: readonly string[]): Promise<number> {
  survivePipes();
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  try {
    return await runCommand(args);
  } catch (thrown) {
    return report(asForwarderError(thrown));
  }
}

/** A bug of ours: nothing can be trusted any more, and what is not committed will be read again. */
function die(thrown: unknown): void {
  process.exit(report(asForwarderError(thrown)));
}

function report(error: ForwarderError): number {
  for (const line of error.message.split('\n')) sayError(line);
  if (error.code === 'INTERNAL') {
    const stack = error.cause instanceof Error ? error.cause.stack : undefined;
    const isDebug = process.env['FORWARDER_DEBUG'] === '1';
    const more = isDebug
      ? (stack ?? '').split('\n')
      : ['this is a bug; please report it with what FORWARDER_DEBUG=1 adds to this message'];
    for (const line of more) sayError(line);
  }
  return error.exitCode;
}

/** `forwarder … | head` ends the reader first, which is no fault; a disk that is full is one. Who can't read errors needs no more of them. */
function survivePipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    const message = `standard output can't be written: ${writeFault(error)}`;
    process.exit(report(new ForwarderError('OUTPUT_FAILED', message, { cause: error })));
  });
  process.stderr.on('error', () => undefined);
}
