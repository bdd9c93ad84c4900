// Does a test notice when the code is wrong? Applies each edit of test/mutants to a copy of the build and runs the tests named beside it: one of them
// must fail. See CONTRIBUTING.
//
//   node test/mutate.mjs                  all
//   node test/mutate.mjs --changed        those whose source or tests changed since the base
//   node test/mutate.mjs --sample=40      so many of the others, too (with --changed) or only so many, chosen by the commit
//   node test/mutate.mjs --minutes=5      begins no more after so long, and says how many are left
//   node test/mutate.mjs --only=heartbeat those with this text in their file or name
//   node test/mutate.mjs --check          runs nothing: is every edit still possible, has every invariant one?
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const LISTS = join(ROOT, 'test/mutants');
const COPIES = join(ROOT, '.cache/mutants');
/** A test that hangs has noticed. It may take so many times as long as it takes on the unchanged build, and at least so long. */
const TIMES_AS_LONG = 4;
const LEAST_LIMIT_MS = 15_000;
const LONGEST_MS = 180_000;
const TRIES = 3;
/** Percent of the mutants of a part, chosen by change or by chance, that must die. Of all, each that lives needs its reason. */
const LEAST_SHARE = 90;
/** Where there is nothing to compare with: a clone of one branch. */
const COMMITS_BACK = 20;
/** Each run of a suite chooses the same inputs, so that a mutant does not die by luck. */
const SEED = '1';

const given = new Map(
  process.argv.slice(2).map((word) => {
    const [, name, value = ''] = /^--([a-z]+)(?:=(.*))?$/.exec(word) ?? [];
    if (!['changed', 'sample', 'minutes', 'only', 'check'].includes(name)) fail(`unknown option ${word}`);
    return [name, value];
  }),
);

const mutants = await readLists();
const problems = [...mutants.flatMap(problemsOf), ...problemsOfInvariants()];
if (problems.length > 0) fail(problems.join('\n'));
if (given.has('check')) {
  console.log(`${mutants.length} mutants, each still possible; every invariant has one`);
  process.exit(0);
}
const chosen = choose();
const outcomes = await runAll(chosen);
report(outcomes);

async function readLists() {
  const names = readdirSync(LISTS).filter((name) => name.endsWith('.mjs'));
  const lists = await Promise.all(names.map((name) => import(new URL(`mutants/${name}`, import.meta.url))));
  return lists.flatMap(({ default: files }) =>
    files.flatMap(({ file, tests, mutants }) =>
      mutants.map(([breaks, find, put, more = {}]) => ({ file, tests, breaks, find, put, ...more })),
    ),
  );
}

function problemsOf(mutant) {
  const { file, tests, breaks, find } = mutant;
  const where = `${file}: "${breaks}"`;
  const missing = tests.filter((name) => !existsSync(join(ROOT, sourceOf(name))));
  if (missing.length > 0) return [`${where}: no test file ${missing.join(', ')}`];
  if (!existsSync(join(ROOT, file)))
    return [`${where}: no such file; drop the edit, or make it anew where the code is now`];
  const times = readFileSync(join(ROOT, file), 'utf8').split(find).length - 1;
  if (times !== 1)
    return [
      `${where}: its text is found ${times} times, not once; make the edit anew, so that it breaks the same:\n    ${find}`,
    ];
  try {
    mutated(mutant);
    return [];
  } catch (error) {
    return [`${where}: ${error.message}`];
  }
}

/** Each of ARCHITECTURE's "Non-obvious" names a test that exists and the mutants that this test kills. */
function problemsOfInvariants() {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8').split('## Non-obvious')[1] ?? '';
  const items = [...text.matchAll(/^(\d+)\. (.*)$/gm)];
  if (items.length === 0) return ['ARCHITECTURE.md: no invariants found'];
  return items.flatMap(([, number, words]) => {
    const named = [...(/Mutants?: (.*)$/.exec(words)?.[1]?.matchAll(/_([^_]+)_/g) ?? [])].map(([, name]) => name);
    if (named.length === 0) return [`ARCHITECTURE.md: invariant ${number} names no mutant`];
    const tests = [...words.matchAll(/`((?:unit|property|model|e2e|load|chaos|peers)\/[^`]*)`/g)].map(
      ([, test]) => test,
    );
    const untrue = tests.filter((test) => !isTest(test)).map((test) => `names a test that does not exist: ${test}`);
    if (tests.length === 0) untrue.push('names no test');
    const folders = tests.map((test) => test.replace(/:.*|\/\*$/g, ''));
    for (const name of named) {
      const mutant = mutants.find(({ breaks }) => breaks === name);
      if (mutant === undefined) untrue.push(`names a mutant that no list has: ${name}`);
      else if (!mutant.tests.some((test) => folders.some((folder) => test.startsWith(folder))))
        untrue.push(`names a mutant that other tests kill: ${name}`);
    }
    return untrue.map((what) => `ARCHITECTURE.md: invariant ${number} ${what}`);
  });
}

/** `unit/shard/lease`, `unit/delivery/*`, or a file and the title of one of its tests: `unit/shard/lease: a title`. */
function isTest(name) {
  const [, path, title] = /^(.*?)(?:\/\*)?(?:: (.*))?$/.exec(name);
  if (title !== undefined) return readFileSync(join(ROOT, sourceOf(path)), 'utf8').includes(title);
  return existsSync(join(ROOT, sourceOf(path))) || existsSync(join(ROOT, 'test', path));
}

function sourceOf(test) {
  return `test/${test}.test.ts`;
}

function mutated({ file, find, put }) {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const compile = (text) =>
    ts.transpileModule(text, {
      fileName: file,
      reportDiagnostics: true,
      compilerOptions: { target: 'es2023', module: 'esnext', verbatimModuleSyntax: true, removeComments: true },
    });
  const { outputText, diagnostics } = compile(source.replace(find, () => put));
  if (diagnostics.length > 0)
    throw new Error(`the edit is no TypeScript: ${ts.flattenDiagnosticMessageText(diagnostics[0].messageText, ' ')}`);
  if (outputText === compile(source).outputText) throw new Error('the edit changes nothing');
  return outputText;
}

function choose() {
  const only = given.get('only');
  const asked = mutants.filter(({ file, breaks }) => only === undefined || `${file} ${breaks}`.includes(only));
  const sample = given.get('sample');
  if (!given.has('changed')) return sample === undefined ? asked : shuffled(asked).slice(0, Number(sample));
  const base = baseCommit();
  const changed = new Set(git('diff', '--name-only', base).split('\n'));
  const hasChanged = ({ file, tests }) => changed.has(file) || tests.some((name) => changed.has(sourceOf(name)));
  const [touched, others] = [asked.filter(hasChanged), asked.filter((one) => !hasChanged(one))];
  console.log(
    `since ${base.slice(0, 10)} the code or the tests of ${touched.length} mutants changed; and ${sample ?? 0} of the others`,
  );
  return [...shuffled(touched), ...shuffled(others).slice(0, Number(sample ?? 0))];
}

/** What a branch is compared with; where there is no other branch, some commits back. */
function baseCommit() {
  const named = given.get('changed') || process.env.MUTANTS_BASE;
  if (named) return git('rev-parse', named);
  const head = git('rev-parse', 'HEAD');
  for (const branch of ['origin/main', 'main']) {
    const base = git('merge-base', 'HEAD', branch);
    if (base !== '' && base !== head) return base;
  }
  return git('rev-parse', `HEAD~${COMMITS_BACK}`) || git('rev-list', '--max-parents=0', 'HEAD').split('\n')[0];
}

function git(...args) {
  const { status, stdout } = spawnSync('git', ['-C', ROOT, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}

/** In an order that the commit decides: each commit samples others, and each again the same. */
function shuffled(list) {
  const head = git('rev-parse', 'HEAD');
  const key = ({ file, breaks }) => createHash('sha256').update(`${head} ${file} ${breaks}`).digest('hex');
  return list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

async function runAll(list) {
  rmSync(COPIES, { recursive: true, force: true });
  const usual = new Map();
  const stopAt = given.has('minutes') ? performance.now() + Number(given.get('minutes')) * 60_000 : Infinity;
  const outcomes = [];
  const workers = Array.from({ length: availableParallelism() }, (_, index) => makeCopy(join(COPIES, String(index))));
  await inTurns(workers, list, async (copy, mutant) => {
    if (performance.now() > stopAt) return;
    const outcome = await tryOne(copy, mutant, usual);
    outcomes.push({ ...mutant, ...outcome });
    const word = outcome.killedBy === undefined ? 'SURVIVED' : 'killed  ';
    console.log(
      `${word} ${mutant.file}: ${mutant.breaks}${outcome.killedBy === undefined ? '' : ` (${outcome.killedBy})`}`,
    );
  });
  rmSync(COPIES, { recursive: true, force: true });
  return outcomes;
}

/** How long a test takes on the unchanged build, milliseconds. One that fails there is tried again: the machine may be busy. */
async function usualTime(copy, name) {
  for (let tries = 1; ; tries++) {
    const began = performance.now();
    const { passed, output } = await runTest(copy, name, LONGEST_MS);
    if (passed) return performance.now() - began;
    if (tries === TRIES) fail(`${name} fails on the unchanged build:\n${output}`);
  }
}

async function inTurns(workers, jobs, work) {
  const left = [...jobs];
  await Promise.all(
    workers.map(async (worker) => {
      for (let job = left.shift(); job !== undefined; job = left.shift()) await work(worker, job);
    }),
  );
}

/** The repository as links, but for dist, whose files are hard links: writing a new file there leaves the build as it is. */
function makeCopy(copy) {
  mkdirSync(copy, { recursive: true });
  for (const name of readdirSync(ROOT)) {
    if (name !== 'dist' && name !== '.cache' && name !== '.git') symlinkSync(join(ROOT, name), join(copy, name));
  }
  for (const entry of readdirSync(join(ROOT, 'dist'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.map')) continue;
    const from = join(entry.parentPath, entry.name);
    const to = join(copy, from.slice(ROOT.length));
    mkdirSync(dirname(to), { recursive: true });
    try {
      linkSync(from, to);
    } catch {
      cpSync(from, to);
    }
  }
  return copy;
}

async function tryOne(copy, mutant, usual) {
  for (const name of mutant.tests) if (!usual.has(name)) usual.set(name, await usualTime(copy, name));
  const built = join('dist', mutant.file.replace(/\.ts$/, '.js'));
  rmSync(join(copy, built));
  writeFileSync(join(copy, built), mutated(mutant));
  try {
    for (const name of mutant.tests) {
      const limitMs = Math.max(LEAST_LIMIT_MS, TIMES_AS_LONG * usual.get(name));
      const { passed } = await runTest(copy, name, limitMs);
      if (!passed) return { killedBy: name };
    }
    return { killedBy: undefined };
  } finally {
    rmSync(join(copy, built));
    cpSync(join(ROOT, built), join(copy, built));
  }
}

function runTest(copy, name, limitMs) {
  return new Promise((resolve) => {
    const properties = new URL('properties.mjs', import.meta.url).href;
    const child = spawn(process.execPath, [`--import=${properties}`, join(copy, 'dist/test', `${name}.test.js`)], {
      cwd: copy,
      env: { ...process.env, PROPERTY_SEED: SEED, MODEL_RUNS: '30' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what a test has started ends with it.
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output = (output + chunk).slice(-4000)));
    const killGroup = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It is over.
      }
    };
    const timer = setTimeout(killGroup, limitMs);
    child.on('exit', (code) => {
      clearTimeout(timer);
      killGroup();
      resolve({ passed: code === 0, output });
    });
  });
}

function report(outcomes) {
  const killed = outcomes.filter(({ killedBy }) => killedBy !== undefined);
  const survived = outcomes.filter(({ killedBy }) => killedBy === undefined);
  const unexplained = survived.filter(({ survives }) => survives === undefined);
  const share = outcomes.length === 0 ? 100 : (100 * killed.length) / outcomes.length;
  console.log(`\n${killed.length} of ${outcomes.length} mutants died (${share.toFixed(1)} %)`);
  if (outcomes.length < chosen.length)
    console.log(`${chosen.length - outcomes.length} were not tried: the time was over`);
  for (const { file, breaks, survives } of survived)
    console.log(`survives: ${file}: ${breaks}: ${survives ?? 'NOT EXPLAINED'}`);
  for (const { file, breaks, survives } of killed)
    if (survives !== undefined) console.log(`dies though the list says it survives: ${file}: ${breaks}`);
  if (unexplained.length === 0) return;
  const problem = `${unexplained.length} survivors: write the test that notices, or say in the list why none can`;
  const isPart = given.has('changed') || given.has('sample');
  if (isPart && share >= LEAST_SHARE) console.error(problem);
  else fail(problem);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
