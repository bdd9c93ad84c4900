import { asForwarderError, type ForwarderError } from '../errors/forwarder-error.js';
import { runCommand } from './commands.js';

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
  for (const line of error.message.split('\n')) process.stderr.write(`forwarder: ${line}\n`);
  if (error.code === 'INTERNAL') {
    const debug = process.env['FORWARDER_DEBUG'] === '1';
    const stack = error.cause instanceof Error ? error.cause.stack : undefined;
    process.stderr.write(
      debug
        ? `${stack ?? ''}\n`
        : 'forwarder: this is a bug; please report it with what FORWARDER_DEBUG=1 adds to this message\n',
    );
  }
  return error.exitCode;
}

/** `forwarder … | head` ends the reader first; that is not worth a stack trace. */
function survivePipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
