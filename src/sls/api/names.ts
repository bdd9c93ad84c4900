/** The names a user gives that end up in a Host header, a path or a query. */
export type NameKind = 'project' | 'logstore' | 'consumerGroup' | 'consumer' | 'processor';

const PLAIN = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,126}[A-Za-z0-9])?$/;
const RULES: Readonly<Record<NameKind, { readonly pattern: RegExp; readonly rule: string }>> = {
  project: { pattern: PLAIN, rule: '1 to 128 letters, digits, - or _, beginning and ending with a letter or digit' },
  logstore: { pattern: PLAIN, rule: '1 to 128 letters, digits, - or _, beginning and ending with a letter or digit' },
  processor: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/,
    rule: '1 to 128 letters, digits, - or _, beginning with a letter or digit',
  },
  consumerGroup: { pattern: /^[A-Za-z0-9_-]{1,128}$/, rule: '1 to 128 letters, digits, - or _' },
  consumer: { pattern: /^[^\p{C}\p{Z}]{1,256}$/u, rule: '1 to 256 characters without spaces or control characters' },
};

/**
 * Checks a name before it is sent: the service answers some wrong names with an error that names something else.
 *
 * @returns one line that says what is wrong, or undefined.
 */
export function nameProblem(kind: NameKind, value: string): string | undefined {
  const { pattern, rule } = RULES[kind];
  return pattern.test(value)
    ? undefined
    : `${kind} ${JSON.stringify(value.slice(0, 100))} is not a legal name: ${rule}`;
}
