/** HMAC (RFC 2104) with SHA-256 (FIPS 180-4). */

/** Of a digest, in bytes. */
const DIGEST: usize = 32;
const BLOCK: usize = 64;
/** Where the length of the message, in bits, stands in its last block. */
const LENGTH_AT: usize = 56;

/** FIPS 180-4 §4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes … */
const K = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);
/** … and §5.3.3: of the square roots of the first 8. */
const INITIAL = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

const schedule = memory.data(4 * 64, 16);
const block = memory.data(64, 16);
const state = memory.data(32, 16);
/** The key as a block, later the digest within. */
const padded = memory.data(64, 16);
/** The states behind the block that the key makes with ipad, and with opad. */
const inner = memory.data(32, 16);
const outer = memory.data(32, 16);

/** What follows is signed with this key. */
export function useKey(key: usize, length: usize): void {
  memory.fill(padded, 0, BLOCK);
  if (length > BLOCK) {
    memory.copy(state, INITIAL, DIGEST);
    finish(key, length, 0);
    takeDigest();
  } else {
    memory.copy(padded, key, length);
  }
  begin(inner, 0x36);
  begin(outer, 0x5c);
}

/** The state behind the block that the key makes with a pad. */
function begin(to: usize, pad: u8): void {
  const pads = i8x16.splat(pad);
  for (let i: usize = 0; i < BLOCK; i += 16) v128.store(block + i, v128.xor(v128.load(padded + i), pads));
  memory.copy(to, INITIAL, DIGEST);
  compress(to, block);
}

/** The digest that the state is, as bytes in {@link padded}. */
function takeDigest(): void {
  for (let i: usize = 0; i < DIGEST; i += 4) store<u32>(padded + i, bswap(load<u32>(state + i)));
}

/** Writes the first so many hexadecimal digits of the signature of `[from, to)`. @returns behind them. */
export function sign(dst: usize, from: usize, to: usize, digits: usize): usize {
  memory.copy(state, inner, DIGEST);
  finish(from, to - from, BLOCK);
  takeDigest();
  memory.copy(state, outer, DIGEST);
  finish(padded, DIGEST, BLOCK);
  for (let i: usize = 0; i < digits; i++) {
    const nibble = (load<u32>(state + ((i >> 3) << 2)) >> (28 - 4 * ((<u32>i) & 7))) & 15;
    store<u8>(dst + i, nibble < 10 ? 0x30 + nibble : 0x57 + nibble);
  }
  return dst + digits;
}

/** The rest of a message, of which `before` bytes are in the state already. */
function finish(from: usize, length: usize, before: usize): void {
  const end = from + length;
  for (; end - from >= BLOCK; from += BLOCK) compress(state, from);
  const left = end - from;
  memory.copy(block, from, left);
  store<u8>(block + left, 0x80);
  if (left >= LENGTH_AT) {
    memory.fill(block + left + 1, 0, BLOCK - left - 1);
    compress(state, block);
    memory.fill(block, 0, LENGTH_AT);
  } else {
    memory.fill(block + left + 1, 0, LENGTH_AT - left - 1);
  }
  store<u64>(block + LENGTH_AT, bswap((<u64>(before + length)) << 3));
  compress(state, block);
}

/** FIPS 180-4 §6.2.2. */
function compress(state: usize, block: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(schedule + i, bswap(load<u32>(block + i)));
  for (let at = schedule + 64; at < schedule + 256; at += 4) {
    const a = load<u32>(at - 60);
    const b = load<u32>(at - 8);
    const mixed = (rotr(a, 7) ^ rotr(a, 18) ^ (a >> 3)) + (rotr(b, 17) ^ rotr(b, 19) ^ (b >> 10));
    store<u32>(at, load<u32>(at - 64) + load<u32>(at - 28) + mixed);
  }
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  for (let i: usize = 0; i < 256; i += 4) {
    const one = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + load<u32>(K + i);
    const t1 = one + load<u32>(schedule + i);
    const t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  store<u32>(state, load<u32>(state) + a);
  store<u32>(state, load<u32>(state, 4) + b, 4);
  store<u32>(state, load<u32>(state, 8) + c, 8);
  store<u32>(state, load<u32>(state, 12) + d, 12);
  store<u32>(state, load<u32>(state, 16) + e, 16);
  store<u32>(state, load<u32>(state, 20) + f, 20);
  store<u32>(state, load<u32>(state, 24) + g, 24);
  store<u32>(state, load<u32>(state, 28) + h, 28);
}
