import { printable, printableText } from '../errors/printable.js';

/** Text for standard output, whole lines. Names from outside that are in it reach no terminal as they are. */
export function print(text: string): void {
  process.stdout.write(printableText(text));
}

/** Bytes of events for standard output: as they are for a file or a pipe, escaped for a terminal. */
export function printBytes(bytes: Uint8Array): void {
  if (process.stdout.isTTY) print(Buffer.from(bytes).toString('utf8'));
  else process.stdout.write(bytes);
}

/** A remark beside the output, on standard error. @param line without its end */
export function remark(line: string): void {
  process.stderr.write(`# ${printable(line)}\n`);
}

/** For a status line that is redrawn; whoever writes there escapes what comes from outside. */
export const standardError = (): NodeJS.WriteStream => process.stderr;
