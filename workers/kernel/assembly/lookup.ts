/**
 * The contents a plan asks for. A log is read once, and nearly every content is told by its length and first bytes to be none of them:
 * two instructions and a look into a table instead of a comparison with every key.
 */
import { Found, NAME_SIZE, Name } from './layout';
import { pair } from './pair';
import { plan } from './plan';
import { isSame } from './same';

const SLOTS: usize = 256;
/** The first Name of each slot, or 0. */
const table = memory.data(4 * SLOTS, 16);
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/** To be called once a batch. */
export function beginNames(): void {
  memory.fill(table, 0, 4 * SLOTS);
  for (let i: u32 = 0; i < plan.namesCount; i++) {
    const name = nameAt(i);
    const at = table + slotOf(name.key, name.keyLength);
    name.next = load<usize>(at);
    store<usize>(at, changetype<usize>(name));
  }
}

function nameAt(index: u32): Name {
  return changetype<Name>(plan.names + index * NAME_SIZE);
}

/** Nothing is known of the contents of a log. */
export function forgetContents(): void {
  for (let i: u32 = 0; i < plan.namesCount; i++) {
    const found = changetype<Found>(nameAt(i).found);
    found.value = 0;
    found.valueLength = 0;
  }
}

/** @returns an offset into the table. */
function slotOf(at: usize, length: usize): usize {
  return slotOfHead(((<u64>load<u32>(at)) << 8) | (length & 0x7f), length);
}

/** @param head a byte of length, then at least the first four bytes of the key. */
function slotOfHead(head: u64, length: usize): usize {
  const bits: u64 = length >= 4 ? 40 : 8 + ((<u64>length) << 3);
  return (<usize>(((head & (((<u64>1) << bits) - 1)) * SPREAD) >> 56)) << 2;
}

/** The first of the names that a key of less than 128 bytes may be, or 0. @param head as in {@link slotOfHead}. */
export function nameOf(head: u64, length: usize): usize {
  return load<usize>(table + slotOfHead(head, length));
}

/** Notes the content that was read last. Of several with one key the last one counts, as in the old sample. */
export function noteContent(): void {
  noteNames(load<usize>(table + slotOf(pair.key, pair.keyEnd - pair.key)));
}

/** Notes it for those names, from the first, that are its key. */
export function noteNames(first: usize): void {
  const length = <u32>(pair.keyEnd - pair.key);
  for (let at = first; at != 0; at = changetype<Name>(at).next) {
    const name = changetype<Name>(at);
    if (name.keyLength != length || !isSame(pair.key, name.key, length)) continue;
    const found = changetype<Found>(name.found);
    found.value = pair.value;
    found.valueLength = <u32>(pair.valueEnd - pair.value);
  }
}
