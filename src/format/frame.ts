import type { Framing } from '../model/format-plan.js';

/** A message as it travels. */
export function framed(message: Uint8Array, framing: Framing): Uint8Array {
  const { command, trailer } = partsOf(framing);
  const before = command === undefined ? '' : `${command}${message.length} `;
  return new Uint8Array(Buffer.concat([Buffer.from(before), message, Buffer.from(trailer)]));
}

/** The message of a frame. */
export function unframed(frame: Uint8Array, framing: Framing): Uint8Array {
  const { command, trailer } = partsOf(framing);
  const from = command === undefined ? 0 : frame.indexOf(SPACE, command.length) + 1;
  return frame.subarray(from, frame.length - trailer.length);
}

const SPACE = 0x20;
const COUNT = { command: '', trailer: '' };

const partsOf = (framing: Framing): Exclude<Framing, string> => (framing === 'octet-counting' ? COUNT : framing);
