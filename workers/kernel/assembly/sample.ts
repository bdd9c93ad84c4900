/** A hash that is the same on every machine and in every version: FNV-1a, its bits spread by the end of MurmurHash3. */
export function hashOf(p: usize, end: usize): u32 {
  let hash: u32 = 0x811c_9dc5;
  for (; p < end; p++) hash = (hash ^ load<u8>(p)) * 0x0100_0193;
  hash = (hash ^ (hash >> 16)) * 0x85eb_ca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2_ae35;
  return hash ^ (hash >> 16);
}
