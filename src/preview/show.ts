import type { FrameBatch } from '../model/batch.js';
import type { Message } from './message.js';

/** The frames of a batch, one by one. */
export function framesOf({ bytes, ends }: FrameBatch): Uint8Array[] {
  return Array.from(ends, (end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

/** What is worth knowing of a frame beside itself, in one line. @param size with framing */
export function describe({ header }: Message, size: number, shard: number): string {
  const where = `shard ${shard}, ${size} bytes`;
  if (header === undefined) return `${where}, no syslog header, log source: the address of this machine`;
  const { priority, host } = header;
  const source = host === '-' ? ': the address of this machine' : ` "${host}"`;
  return `${where}, facility ${priority >> 3}, severity ${priority & 7}, log source${source}`;
}

/** Offset, sixteen bytes, and what of them is ASCII; a line each. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = Array.from(bytes.subarray(at, at + 16));
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${ascii}\n`);
  }
  return lines.join('');
}
