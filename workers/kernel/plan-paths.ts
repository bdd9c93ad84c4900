import type { Arena } from './arena.js';

const WORD = 4;
const ROOT_WORDS = 5;
const LEVEL_WORDS = 4;
/** The table of an object's keys; the same as in assembly/json-paths.ts. */
const TABLE_SIZE = 64 * WORD;
/** What comes between its members, eleven words for each of 64; the same as there. */
const GUESSES_SIZE = 64 * 11 * WORD;

/** Keys, each with the ref whose value it holds (or 0) and the keys below. */
type Tree = Map<string, { ref: number; readonly below: Tree }>;

/** The way into the JSON of contents, as a tree: an object that several refs lead through is looked at once. */
export class PathTable {
  readonly roots: readonly { readonly key: string; readonly address: number }[];
  /** Address and number of the contents, then of the objects in them. */
  readonly table: [number, number, number, number];

  /** @param paths content and keys, at least one, and the address of the ref. */
  constructor(arena: Arena, paths: readonly (readonly [path: readonly string[], ref: number])[]) {
    const tree = treeOf(paths);
    const trees = [...tree.values()].flatMap(({ below }) => treesIn(below));
    const levelsAt = arena.reserve(trees.length * LEVEL_WORDS * WORD);
    const addressOf = (one: Tree): number => (one.size === 0 ? 0 : levelsAt + trees.indexOf(one) * LEVEL_WORDS * WORD);
    const levels = trees.flatMap((one) => {
      const steps = [...one].flatMap(([key, { ref, below }]) => [...arena.text(key), ref, addressOf(below), 0, 0]);
      return [arena.words(steps), one.size, arena.reserve(TABLE_SIZE), arena.reserve(GUESSES_SIZE)];
    });
    arena.fill(levelsAt, levels);
    const roots = [...tree].flatMap(([key, { below }]) => {
      const refs = paths.filter(([[root]]) => root === key).map(([, ref]) => ref);
      return [0, 0, arena.words(refs), refs.length, addressOf(below)];
    });
    const rootsAt = arena.words(roots);
    this.roots = [...tree.keys()].map((key, i) => ({ key, address: rootsAt + i * ROOT_WORDS * WORD }));
    this.table = [rootsAt, tree.size, levelsAt, trees.length];
  }
}

function treeOf(paths: readonly (readonly [path: readonly string[], ref: number])[]): Tree {
  const tree: Tree = new Map();
  for (const [path, ref] of paths) {
    let level = tree;
    for (const [i, key] of path.entries()) {
      const step = level.get(key) ?? { ref: 0, below: new Map() };
      level.set(key, step);
      if (i === path.length - 1) step.ref = ref;
      level = step.below;
    }
  }
  return tree;
}

/** The tree and all below it that have keys. */
function treesIn(tree: Tree): Tree[] {
  return tree.size === 0 ? [] : [tree, ...[...tree.values()].flatMap(({ below }) => treesIn(below))];
}
