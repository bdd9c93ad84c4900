import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesUnder, read } from './documents.js';

/** Where a recipe's steps can lead; what only speaks of an example, such as a decision, is no step. */
const sources = [
  ...['src', 'workers', 'mappings', 'test/unit', 'test/vectors'].flatMap(filesUnder),
  ...['config.example.yaml', 'config.schema.json'],
  ...filesUnder('docs').filter((file) => /^docs\/(?!benchmarks)[^/]*\.md$/.test(file)),
].filter((file) => !file.startsWith('test/unit/docs/'));

const [, chapter = ''] = read('CONTRIBUTING.md').split('\n## Recipes\n');
const recipes = chapter.split(/^### /m).slice(1);

const codeIn = (text: string): string[] =>
  [...text.matchAll(/(?<fence>`+)(?<code>.+?)\k<fence>/g)].map(({ groups }) => (groups?.['code'] ?? '').trim());
/** In a name of a type, a file or a metric the same words are written in other ways. */
const plain = (text: string): string => text.toLowerCase().replaceAll(/[_-]/g, '');

const guarded = recipes.flatMap((text) => {
  const [, example] = /^Example: (.*)\.$/m.exec(text) ?? [];
  const steps = [...text.matchAll(/^\d+\. .*(?:\n +.*)*/gm)].map(([step]) => step);
  const named = steps.flatMap(codeIn).filter((code) => /^[\w./-]+(?:\/|\.(?:ts|md|ya?ml|json))$/.test(code));
  return example === undefined ? [] : [{ title: text.split('\n')[0] ?? '', examples: codeIn(example), named }];
});

test('most recipes have an example', () => {
  assert.ok(guarded.length >= 6);
});

for (const { title, examples, named } of guarded)
  test(`recipe: ${title}: its files are those that its example is in`, () => {
    const words = examples.map(plain);
    const found = sources.filter((file) =>
      words.some((word) => plain(file).includes(word) || plain(read(file)).includes(word)),
    );
    const covers = (path: string, file: string) => (path.endsWith('/') ? file.startsWith(path) : file === path);
    assert.deepEqual(
      found.filter((file) => !named.some((path) => covers(path, file))),
      [],
      'files of the example that the recipe does not name',
    );
    assert.deepEqual(
      named.filter((path) => !found.some((file) => covers(path, file))),
      [],
      'files of the recipe that the example did not need',
    );
  });
