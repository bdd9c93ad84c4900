/** The fields of each message: number → wire type. Unknown fields are skipped, as protobuf wants it. */
type Schema = Readonly<Record<number, { readonly wire: number; readonly message?: Schema }>>;

const VARINT = 0;
const FIXED64 = 1;
const SIZED = 2;
const FIXED32 = 5;
/** A tag is a uint32, however many bytes it has. */
const MAX_TAG = 0xffff_ffff;

const PAIR: Schema = { 1: { wire: SIZED }, 2: { wire: SIZED } };
const LOG: Schema = { 1: { wire: VARINT }, 2: { wire: SIZED, message: PAIR }, 4: { wire: FIXED32 } };
const GROUP: Schema = {
  1: { wire: SIZED, message: LOG },
  3: { wire: SIZED },
  4: { wire: SIZED },
  6: { wire: SIZED, message: PAIR },
};
/** Fields without which a message is not valid (proto2 `required`). */
const REQUIRED = new Map<Schema, readonly number[]>([
  [PAIR, [1, 2]],
  [LOG, [1]],
]);

/**
 * Checks an encoded LogGroup from end to end.
 * @returns how many logs it has
 * @throws RangeError when it is none
 */
export function countLogs(group: Uint8Array): number {
  return check(new DataView(group.buffer, group.byteOffset, group.length), GROUP);
}

/** @returns how often field 1 occurs */
function check(message: DataView, schema: Schema): number {
  const seen = new Map<number, number>();
  const reader = new Reader(message);
  while (!reader.done) {
    const tag = reader.varint();
    const field = Math.floor(tag / 8);
    const value = reader.skip(tag % 8);
    const known = schema[field];
    if (field === 0 || tag > MAX_TAG || (known !== undefined && known.wire !== tag % 8))
      throw new RangeError(`field ${field} has a wrong type`);
    if (known?.message !== undefined) check(value, known.message);
    seen.set(field, (seen.get(field) ?? 0) + 1);
  }
  const missing = REQUIRED.get(schema)?.find((field) => !seen.has(field));
  if (missing !== undefined) throw new RangeError(`field ${missing} is missing`);
  return seen.get(1) ?? 0;
}

export interface Field {
  readonly field: number;
  /** The bytes of a sized value; empty for others. */
  readonly value: Uint8Array;
  /** Tag and value as they stand. */
  readonly whole: Uint8Array;
}

/** The fields of one encoded message that was checked before. */
export function fieldsOf(message: Uint8Array): Field[] {
  const reader = new Reader(new DataView(message.buffer, message.byteOffset, message.length));
  const fields: Field[] = [];
  for (let from = reader.at; !reader.done; from = reader.at) {
    const tag = reader.varint();
    const { buffer, byteOffset, byteLength } = reader.skip(tag % 8);
    const value = new Uint8Array(buffer, byteOffset, byteLength);
    fields.push({ field: Math.floor(tag / 8), value, whole: message.subarray(from, reader.at) });
  }
  return fields;
}

/** Reads what DataView lets it: beyond the end is a RangeError. */
class Reader {
  readonly #view: DataView;
  #at = 0;

  constructor(view: DataView) {
    this.#view = view;
  }

  get at(): number {
    return this.#at;
  }

  get done(): boolean {
    return this.#at >= this.#view.byteLength;
  }

  varint(): number {
    let value = 0;
    for (let power = 1; power < 2 ** 70; power *= 128) {
      const byte = this.#view.getUint8(this.#at++);
      value += (byte & 0x7f) * power;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a varint is too long');
  }

  /** Steps over a value. @returns the bytes of a sized one, else nothing */
  skip(wire: number): DataView {
    switch (wire) {
      case VARINT:
        this.varint();
        return this.#take(0);
      case FIXED64:
        return this.#take(8);
      case SIZED:
        return this.#take(this.varint());
      case FIXED32:
        return this.#take(4);
      default:
        throw new RangeError(`wire type ${wire}`);
    }
  }

  #take(size: number): DataView {
    if (this.#at + size > this.#view.byteLength) throw new RangeError('a field is longer than its parent');
    const part = new DataView(this.#view.buffer, this.#view.byteOffset + this.#at, size);
    this.#at += size;
    return part;
  }
}
