export type Environment = Readonly<Record<string, string | undefined>>;

/** `$${`, or `${…}` (closed or not). */
const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const INSIDE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;

/** A variable and nothing else; its default, if there is one, is empty. */
export const isReference = (text: string): boolean => /^\$\{[A-Za-z_][A-Za-z0-9_]*(?::-)?\}$/.test(text);

/**
 * Fills `${VAR}` and `${VAR:-default}` in one text that YAML has already parsed: whatever a variable contains, it stays inside this
 * text and can't become another key. The default also stands in for a variable that is set but empty. `$${` is a literal `${`.
 *
 * @param fault told of what can't be filled, in words that repeat nothing of the text (it may be a secret), and of the reference as it stands in the file
 */
export function substitute(
  text: string,
  env: Environment,
  fault: (message: string, reference: string) => void,
): string {
  return text.replace(REFERENCE, (reference: string, inside: string | undefined, close: string | undefined) => {
    if (inside === undefined) return '${';
    if (close === '') {
      fault('"${" is never closed with "}"; a literal "${" is written "$${"', reference);
      return '';
    }
    const [, name, fallback] = INSIDE.exec(inside) ?? [];
    if (name === undefined || fallback?.includes('${') === true) {
      fault('this is not a variable; write ${NAME} or ${NAME:-default}, and "$${" for a literal "${"', reference);
      return '';
    }
    const value = env[name];
    if (value !== undefined && (value !== '' || fallback === undefined)) return value;
    if (fallback !== undefined) return fallback;
    fault(
      `the environment variable ${name} is not set; set it, or, unless it is a secret, write \${${name}:-default}`,
      reference,
    );
    return '';
  });
}
