// The prose linter: how long a sentence may be, the words of the project, and phrases to avoid. It reads the documents,
// the example configs and the comments of the code. `node .ci/prose.mjs [files]`; without files, all that git tracks.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { TextlintKernel } from '@textlint/kernel';
import markdown from '@textlint/textlint-plugin-markdown';
import pattern from '@textlint-rule/textlint-rule-pattern';
import sentenceLength from 'textlint-rule-sentence-length';
import tseslint from 'typescript-eslint';
import { PHRASES } from './prose-phrases.mjs';

/** Characters; about 35 words. */
const LONGEST_SENTENCE = 220;

const kernel = new TextlintKernel();

/** Texts with the line of the file in which each begins. */
function textsOf(file) {
  const text = readFileSync(file, 'utf8');
  if (file === 'CHANGELOG.md') return [{ text: text.split(/^## (?!Unreleased)/m)[0], line: 1 }];
  if (file.endsWith('.md')) return [{ text, line: 1 }];
  if (file.endsWith('.yaml')) return blocks(text, /^ *# ?(?! *(?:- )?[a-z]\w*:( |$))(?:# )?(.*)$/);
  return commentsOf(text);
}

/** Lines that follow each other and match are one text. */
function blocks(text, line) {
  const found = [];
  let open = false;
  for (const [index, one] of text.split('\n').entries()) {
    const words = line.exec(one)?.at(-1);
    if (words !== undefined && open) found.at(-1).text += `\n${words}`;
    else if (words !== undefined) found.push({ text: words, line: index + 1 });
    open = words !== undefined;
  }
  return found;
}

function commentsOf(code) {
  const { comments } = tseslint.parser.parseForESLint(code, { comment: true, loc: true, range: true }).ast;
  const found = [];
  for (const { type, value, loc } of comments ?? []) {
    const text = value.replace(/^ *\*+ ?/gm, '').replace(/^\*/, '');
    const last = found.at(-1);
    // Line comments below each other are one text.
    if (type === 'Line' && last?.end === loc.start.line - 1 && last.column === loc.start.column)
      Object.assign(last, { text: `${last.text}\n${text}`, end: loc.end.line });
    else found.push({ text, line: loc.start.line, column: loc.start.column, end: type === 'Line' ? loc.end.line : -1 });
  }
  // A tag of TSDoc begins a sentence.
  return found.map(({ text, line }) => ({ text: text.replace(/ *@(\w+)/g, '\n\n').trimEnd(), line }));
}

const plugins = [{ pluginId: 'markdown', plugin: markdown.default ?? markdown }];
const phrases = { ruleId: 'phrase', rule: pattern.default ?? pattern, options: { patterns: PHRASES } };
const length = {
  ruleId: 'sentence-length',
  rule: sentenceLength.default ?? sentenceLength,
  options: { max: LONGEST_SENTENCE },
};
/** An entry of the changelog is a list. */
const rulesFor = (file) => (file === 'CHANGELOG.md' ? [phrases] : [length, phrases]);

const tracked = () =>
  execFileSync('git', ['ls-files', '*.md', 'config*.yaml', 'src/*.ts', 'workers/*.ts'], { encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && !file.startsWith('workers/kernel/'));
const given = process.argv.slice(2);
let count = 0;
for (const file of given.length > 0 ? given : tracked())
  for (const { text, line } of textsOf(file)) {
    const { messages } = await kernel.lintText(text, { ext: '.md', plugins, rules: rulesFor(file) });
    for (const { message, line: at, column, ruleId } of messages) {
      count++;
      console.log(`${file}:${line + at - 1}:${column}: ${ruleId}: ${message.split('\n')[0]}`);
    }
  }
if (count > 0) {
  console.log(`${count} sentences to rewrite; .ci/prose-phrases.mjs says why a phrase is avoided`);
  process.exitCode = 1;
}
