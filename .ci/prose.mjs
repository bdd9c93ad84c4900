// The prose linter: how long a sentence may be, the words of the project, and phrases to avoid. It reads the documents,
// the example configs, and the comments and texts of the code. `node .ci/prose.mjs [files]`; without files, all that git tracks.
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
  return ofCode(text);
}

/** The texts of a file; what can't be read is said, and the other files are still checked. */
function readTexts(file) {
  try {
    return textsOf(file);
  } catch (error) {
    const { line, column } = error.location?.start ?? { line: 1, column: 0 };
    said(`${file}:${line}:${column + 1}: unreadable: ${error.message}`);
    return [];
  }
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

function ofCode(code) {
  const { comments, tokens } = tseslint.parser.parseForESLint(code, {
    comment: true,
    tokens: true,
    loc: true,
    range: true,
  }).ast;
  return [...(comments ?? []).reduce(joined, []), ...(tokens ?? []).filter(isText).map(ofToken)];
}

/** Line comments below each other are one text. */
function joined(found, { type, value, loc: { start, end } }) {
  // A tag of TSDoc begins a sentence.
  const text = value
    .replace(/^ *\*+ ?/gm, '')
    .replace(/ *@(\w+)/g, '\n\n')
    .trimEnd();
  const last = found.at(-1);
  if (type === 'Line' && last?.end === start.line - 1 && last.column === start.column)
    Object.assign(last, { text: `${last.text}\n${text}`, end: end.line });
  else found.push({ text, line: start.line, column: start.column, end: type === 'Line' ? end.line : undefined });
  return found;
}

/** Of help, log and errors: words with blanks between them. */
const isText = ({ type, value }) => (type === 'String' || type === 'Template') && /\w \w+ \w/.test(value);
const ofToken = ({ value, loc }) => ({ text: value.slice(1, -1).trim(), line: loc.start.line, rules: [phrases] });

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
    .filter((file) => file !== '');
const given = process.argv.slice(2);
let count = 0;
for (const file of given.length > 0 ? given : tracked())
  for (const { text, line, rules = rulesFor(file) } of readTexts(file)) {
    const { messages } = await kernel.lintText(text, { ext: '.md', plugins, rules });
    for (const { message, line: at, column, ruleId } of messages) {
      count++;
      said(`${file}:${line + at - 1}:${column}: ${ruleId}: ${message.split('\n')[0]}`);
    }
  }
if (count > 0) console.log(`${count} sentences to rewrite; .ci/prose-phrases.mjs says why a phrase is avoided`);

function said(problem) {
  console.log(problem);
  process.exitCode = 1;
}
