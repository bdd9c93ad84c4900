/** Where a batch comes from, as its events' ids have it. */
interface Origin {
  readonly text: string;
  readonly high: number;
  readonly low: number;
}

const MAX_CURSOR = 2n ** 64n;
const MAX_ODD_CURSOR = 400;

/**
 * A cursor is the base64 of a decimal number, and that of each further log group is one more. One that is not stays as it is, and the
 * groups behind it are counted from 0.
 */
export function originOf(shard: number, cursor: string): Origin {
  const text = decodeBase64(cursor);
  const number = /^\d{1,20}$/.test(text) ? BigInt(text) : MAX_CURSOR;
  if (number >= MAX_CURSOR) return { text: `${shard}/${cursor.slice(0, MAX_ODD_CURSOR)}/`, high: 0, low: 0 };
  return { text: `${shard}/`, high: Number(number >> 32n), low: Number(number & 0xffff_ffffn) };
}

/** The cursor of a batch's log group; that of the batch where it is no number. */
export function cursorOf(cursor: string, group: number): string {
  const text = decodeBase64(cursor);
  return /^\d{1,20}$/.test(text) ? btoa(String(BigInt(text) + BigInt(group))) : cursor;
}

/** The kernel's wrapper runs wherever JavaScript does: no Buffer. */
function decodeBase64(text: string): string {
  try {
    return atob(text);
  } catch {
    return '';
  }
}
