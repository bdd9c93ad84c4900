/** A RAM policy, as far as the emulator understands it. */
export interface RamPolicy {
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: readonly string[];
    readonly Resource?: readonly string[];
  }[];
}

/** Whether a policy allows an action on a resource: some statement does, and none denies it. `*` stands for any text, `?` for any character. */
export function isAllowed({ Statement }: RamPolicy, action: string, resource: string): boolean {
  const effects = Statement.filter(
    ({ Action, Resource }) =>
      Action.some((one) => matches(one.toLowerCase(), action.toLowerCase())) &&
      (Resource ?? ['*']).some((one) => matches(one, resource)),
  ).map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
