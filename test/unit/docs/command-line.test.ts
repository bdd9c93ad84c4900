import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { runCommand } from '../../../src/cli/run-command.js';
import { CODES } from '../../../src/errors/codes.js';
import { unknownNames, type Document } from './documents.js';

async function help(t: TestContext, ...command: string[]): Promise<string> {
  const log = t.mock.method(console, 'log', () => undefined);
  try {
    assert.equal(await runCommand([...command, '--help']), 0);
    return log.mock.calls.map(({ arguments: [text] }) => String(text)).join('\n');
  } finally {
    log.mock.restore();
  }
}

const optionsIn = (text: string) => [...text.matchAll(/(?<=^ +(?:-\w, )?)--?[a-z][a-z-]*/gm)].map(([name]) => name);
const shortIn = (text: string) => [...text.matchAll(/(?<=^ +)-\w\b/gm)].map(([name]) => name);

test('documents name commands and options that exist', async (t) => {
  const whole = await help(t);
  const commands = [...whole.matchAll(/^ {2}forwarder ([a-z]+) /gm)].map(([, name = '']) => name);
  assert.ok(commands.length >= 10);
  const options = new Map([['run', new Set([...optionsIn(whole), ...shortIn(whole)])]]);
  for (const name of commands) {
    const text = await help(t, name);
    options.set(name, new Set([...optionsIn(text), ...shortIn(text)]));
  }
  function* calls({ code }: Document) {
    for (const line of code) {
      // Prose behind the name of the program in a code block (a diagram, a log line) has neither command nor option first.
      const [, given] = /^(?:npx |[A-Z_]+=\S+ )*forwarder ((?:[a-z]+\b(?!:)|-).*)$/.exec(line) ?? [];
      if (given !== undefined) yield given.replace(/\s[#→].*$/, '');
    }
  }
  const isRight = (call: string) => {
    const words = call.split(/\s+/);
    const name = /^[a-z]/.test(words[0] ?? '') ? (words[0] ?? '') : 'run';
    const own = options.get(name);
    return (
      own !== undefined &&
      words.filter((word) => /^--?[a-z]/.test(word)).every((word) => own.has(word.split('=')[0] ?? ''))
    );
  };
  assert.ok(isRight('validate -c my.yaml') && !isRight('validate --contact') && !isRight('check'));
  assert.deepEqual(unknownNames(calls, isRight), []);
});

test('options that documents name on their own exist somewhere', async (t) => {
  const all = new Set(optionsIn(await help(t)));
  for (const [, name = ''] of (await help(t)).matchAll(/^ {2}forwarder ([a-z]+) /gm))
    for (const option of optionsIn(await help(t, name))) all.add(option);
  function* options({ file, code }: Document) {
    // These name options of Node and of this project's own scripts.
    if (/^(CONTRIBUTING|docs\/benchmarks|docs\/adr\/)/.test(file)) return;
    for (const span of code) if (/^--[a-z-]+( \S+)?$/.test(span)) yield span.split(' ')[0] ?? '';
  }
  assert.deepEqual(
    unknownNames(options, (name) => all.has(name)),
    [],
  );
});

test('--help lists every exit code that an error has, and no other', async (t) => {
  const [, table = ''] = /\nExit codes:\n([^]*)$/.exec(await help(t)) ?? [];
  const listed = [...table.matchAll(/(?<=^ +|\s{2,})\d+(?= {2})/gm)].map(([code]) => Number(code));
  const known = Object.values(CODES).map(({ exit }) => exit);
  assert.deepEqual([...listed].sort(), [...new Set([0, ...known])].sort());
});
