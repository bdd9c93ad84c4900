/** Up to this many characters a loop is quicker than a call into the runtime. */
const SHORT = 64;

/** A growing byte buffer with the few things protobuf needs. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity = 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What has been written; valid until the next write. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#room(1);
    this.#length = this.#buffer.writeUInt8(value, this.#length);
  }

  varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  fixed32(value: number): void {
    this.#room(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  bytes(source: Uint8Array): void {
    this.#room(source.length);
    this.#buffer.set(source, this.#length);
    this.#length += source.length;
  }

  /** UTF-8 of known length. */
  text(value: string, byteLength: number): void {
    this.#room(byteLength);
    if (byteLength > SHORT || byteLength !== value.length) {
      this.#length += this.#buffer.write(value, this.#length, byteLength, 'utf8');
      return;
    }
    for (let at = 0; at < byteLength; at++) this.#buffer[this.#length++] = value.charCodeAt(at);
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + bytes));
    grown.set(this.view());
    this.#buffer = grown;
  }
}

/** Bytes of a text in UTF-8. */
export function textSize(value: string): number {
  if (value.length > SHORT) return Buffer.byteLength(value);
  for (let at = 0; at < value.length; at++) if (value.charCodeAt(at) > 0x7f) return Buffer.byteLength(value);
  return value.length;
}

/** Bytes a varint of this value takes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
