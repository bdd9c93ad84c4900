import type { FrameBatch } from '../model/batch.js';
import { LINE_FEED, type FieldRef, type FormatPlan } from '../model/format-plan.js';
import { framesOf } from './show.js';

/** Which fields a plan looks for, and whether any event has them: a name that is spelled wrong, or a path that leads nowhere, is in none. */
export class UsedFields {
  /** Writes a JSON object for every event, those that `plan` filters too, with a member for each choice that has a value. */
  readonly plan: FormatPlan;
  /** Fields of which the first with a value counts. */
  readonly #choices: readonly (readonly FieldRef[])[];
  readonly #filled = new Set<string>();
  #events = 0;

  constructor(plan: FormatPlan) {
    const choices = choicesIn(plan)
      .map((refs) => refs.map((ref) => (ref.kind === 'mapped' ? ref.of : ref)))
      .filter((refs) => refs.every(({ kind }) => kind === 'content' || kind === 'tag'));
    this.#choices = [...new Map(choices.map((refs) => [JSON.stringify(refs), refs])).values()];
    // Where all are empty, a log would be written whole.
    const some = { name: 'some', value: [{ kind: 'literal' as const, text: 'text' }] };
    const members = this.#choices.map((refs, i) => ({
      name: String(i),
      value: [{ kind: 'field' as const, refs, fallback: '' }],
    }));
    this.plan = {
      ...plan,
      ...{ framing: LINE_FEED, newline: 'escape', shape: undefined, masks: undefined, size: undefined },
      ...{ include: undefined, exclude: undefined, rules: [], eventTime: undefined },
      header: { ...plan.header, style: 'none', bom: false },
      body: { kind: 'json', members: [some, ...members], rest: 'none', expand: false },
    };
  }

  /** @param batch that {@link plan} made. */
  see(batch: FrameBatch): void {
    for (const frame of framesOf(batch)) {
      this.#events += 1;
      for (const name of Object.keys(JSON.parse(Buffer.from(frame).toString()) as object)) this.#filled.add(name);
    }
  }

  /** The names of those that no event had, with the number of events. */
  missing(): { readonly names: readonly string[]; readonly events: number } {
    const empty = this.#choices.filter((refs, i) => refs.length > 0 && !this.#filled.has(String(i)));
    return { names: empty.map((refs) => refs.map(written).join('|')), events: this.#events };
  }
}

/** Of templates, conditions and the time. */
function choicesIn(part: unknown): (readonly FieldRef[])[] {
  if (typeof part !== 'object' || part === null) return [];
  const { refs, ref } = part as { readonly refs?: readonly FieldRef[]; readonly ref?: FieldRef };
  const own = refs ?? (ref === undefined ? [] : [ref]);
  return [...(own.length > 0 ? [own] : []), ...Object.values(part).flatMap(choicesIn)];
}

/** As in a template. */
function written(ref: FieldRef): string {
  if (ref.kind === 'tag') return `__tag__:${ref.key}`;
  if (ref.kind !== 'content') return ref.kind;
  return (ref.path ?? [ref.key]).map((name) => (ref.path && /[.|}"]/.test(name) ? quote(name) : name)).join('.');
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
