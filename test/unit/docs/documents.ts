import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../../../', import.meta.url);

export const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');

/** Every file under a folder of the repository, as paths from its root. */
export const filesUnder = (folder: string): string[] =>
  readdirSync(new URL(`${folder}/`, root), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll('//', '/').replace(root.pathname, ''));

export interface Document {
  readonly file: string;
  readonly text: string;
  /** What stands between backticks, and the lines of code blocks. */
  readonly code: readonly string[];
}

/** What a user or an engineer reads. */
export const documents: readonly Document[] = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...filesUnder('docs').filter((file) => file.endsWith('.md')),
].map((file) => ({ file, text: read(file), code: codeOf(read(file)) }));

function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(/^```.*\n([^]*?)^```$/gm)].flatMap(([, block = '']) => block.split('\n'));
  const spans = [...text.replace(/^```[^]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  return [...spans, ...blocks].map((one) => one.trim()).filter((one) => one !== '');
}

/** What a document names and does not exist, as `file: name`. */
export function unknownNames(
  find: (document: Document) => Iterable<string>,
  exists: (name: string) => boolean,
): string[] {
  const found = documents.flatMap((one) =>
    [...find(one)].filter((name) => !exists(name)).map((name) => `${one.file}: ${name}`),
  );
  return [...new Set(found)];
}
