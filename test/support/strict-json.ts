/** JSON as strict parsers take it: Jackson and Elasticsearch refuse an object that has a member twice, which JSON.parse does not. */

/**
 * @returns what JSON.parse makes of it.
 * @throws SyntaxError for what is no JSON, and where the outermost object has a member twice.
 */
export function parseStrictly(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const names = new Set<string>();
  let depth = 0;
  for (const [token, string] of text.matchAll(/("(?:\\.|[^"\\])*")\s*:|"(?:\\.|[^"\\])*"|[{}[\]]/gs)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    if (depth !== 1 || string === undefined) continue;
    const name = JSON.parse(string) as string;
    if (names.has(name)) throw new SyntaxError(`the member ${string} comes twice in ${text}`);
    names.add(name);
  }
  return value;
}
