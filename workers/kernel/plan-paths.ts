import type { DataSegment } from './data-segment.js';
import { SIZES } from './numbers.js';
import { sizeOf, words, type Extent } from './records.js';

const TABLE_SIZE = SIZES.LEVEL_SLOTS * 4;
const GUESSES_SIZE = SIZES.LEVEL_SLOTS * sizeOf('Guess');

/** Keys, each with the ref whose value it holds (or 0) and the keys below. */
type Tree = Map<string, { ref: number; readonly below: Tree }>;

/** The way into the JSON of contents, as a tree: an object that several refs lead through is looked at once. */
export class PathTable {
  readonly roots: readonly { readonly key: string; readonly address: number }[];
  /** Addresses and numbers: of the Roots. */
  readonly rootList: Extent;
  /** … and of the Levels. */
  readonly levelList: Extent;

  /** @param paths content and keys, at least one, and the address of the ref. */
  constructor(segment: DataSegment, paths: readonly (readonly [path: readonly string[], ref: number])[]) {
    const tree = treeOf(paths);
    const trees = [...tree.values()].flatMap(({ below }) => treesIn(below));
    const levelsAt = segment.reserve(trees.length * sizeOf('Level'));
    const addressOf = (one: Tree): number => (one.size === 0 ? 0 : levelsAt + trees.indexOf(one) * sizeOf('Level'));
    const levels = trees.flatMap((one) => {
      const steps = segment.list(
        'Step',
        [...one].map(([key, { ref, below }]) => ({ key: segment.text(nameOf(key)), ref, level: addressOf(below) })),
      );
      const elements = segment.list('Element', elementsOf([...one.keys()], steps[0]));
      const room = { table: segment.reserve(TABLE_SIZE), guesses: segment.reserve(GUESSES_SIZE) };
      return words('Level', { steps, elements, ...room });
    });
    segment.fill(levelsAt, levels);
    const roots = [...tree].map(([key, { below }]) => {
      const refs = paths.filter(([[root]]) => root === key).map(([, ref]) => ref);
      return { refs: segment.addresses(refs), level: addressOf(below) };
    });
    this.rootList = segment.list('Root', roots);
    this.levelList = [levelsAt, trees.length];
    const [rootsAt] = this.rootList;
    this.roots = [...tree.keys()].map((key, i) => ({ key, address: rootsAt + i * sizeOf('Root') }));
  }
}

/** A key as JSON writes it. */
const nameOf = (key: string): string => JSON.stringify(key).slice(1, -1);

/** Keys that may also be the number of an element, by that number. */
function elementsOf(keys: readonly string[], stepsAt: number): { index: number; step: number }[] {
  return keys
    .flatMap((key, i) =>
      /^(?:0|[1-9]\d{0,8})$/.test(key) ? [{ index: Number(key), step: stepsAt + i * sizeOf('Step') }] : [],
    )
    .toSorted((a, b) => a.index - b.index);
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
