import type { FrameBatch } from '../model/batch.js';

/** The frames of a batch, one by one. */
export function framesOf({ bytes, ends }: FrameBatch): Uint8Array[] {
  return Array.from(ends, (end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

/** What is worth knowing of a frame beside itself, in one line. */
export function describe(frame: Uint8Array, shard: number): string {
  const text = new TextDecoder().decode(frame.subarray(0, 2048)).replace(/^\d+ (?=<)/, '');
  const [, priority = '', host = '-'] = /^<(\d+)>(?:1 \S+|\w{3} [ \d]\d [\d:]+) (\S+)/.exec(text) ?? [];
  const code = Number(priority);
  return `shard ${shard}, ${frame.length} bytes, facility ${code >> 3}, severity ${code & 7}, log source "${host}"`;
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
