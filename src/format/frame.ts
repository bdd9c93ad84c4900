import type { Framing } from '../model/format-plan.js';

/** A message as it travels. */
export function framed(message: Uint8Array, framing: Framing): Uint8Array {
  const counted = framing === 'octet-counting';
  const parts = counted ? [Buffer.from(`${message.length} `), message] : [message, Buffer.from(framing.trailer)];
  return new Uint8Array(Buffer.concat(parts));
}

/** The message of a frame. */
export function unframed(frame: Uint8Array, framing: Framing): Uint8Array {
  return framing === 'octet-counting'
    ? frame.subarray(frame.indexOf(SPACE) + 1)
    : frame.subarray(0, frame.length - framing.trailer.length);
}

const SPACE = 0x20;
