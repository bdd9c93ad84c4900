/** Keys of earlier versions, each with what stands for it now. */
const MOVED: Readonly<Record<string, (value: string) => string>> = {
  settleTime: (value) => `settle: { time: ${value} }`,
};

/**
 * @param value what the file says under the key, as text.
 * @returns the end of a sentence about an unknown key that once was one; undefined for others.
 */
export function movedKey(key: string, value: string): string | undefined {
  const now = MOVED[key];
  return now === undefined ? undefined : `"${key}" is written ${now(value)} now`;
}
