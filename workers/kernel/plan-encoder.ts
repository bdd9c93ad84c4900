import type {
  FieldRef,
  FormatPlan,
  Framing,
  NewlinePolicy,
  Template,
  TemplatePart,
} from '../../src/model/format-plan.js';

/** The numbers and the order of members are those of assembly/plan.ts. */
const FRAMINGS: Record<Framing, number> = { lf: 0, 'octet-counting': 1 };
const NEWLINES: Record<NewlinePolicy, number> = { escape: 0, space: 1, octal: 2, keep: 3 };
const REF_KINDS: Record<FieldRef['kind'], number> = { topic: 0, source: 1, tag: 2, content: 3 };

/** RFC 5424 §6: the most bytes of HOSTNAME, APP-NAME, PROCID and MSGID. */
const MAX_HOSTNAME = 255;
const MAX_APP_NAME = 48;
const MAX_PROC_ID = 128;
const MAX_MSG_ID = 32;

const WORD = 4;
const ALIGNMENT = 16;
/** The kernel reads text 16 bytes at a time. */
const SLACK = 16;
const REF_WORDS = 5;

/** Plain data for the kernel's memory. */
export interface EncodedPlan {
  readonly bytes: Uint8Array;
  /** Address of the plan itself; `bytes` belong at the address the encoder was given. */
  readonly address: number;
}

/** Lays a plan out as the kernel reads it. @param base where the bytes will lie, a multiple of 16. */
export function encodePlan(plan: FormatPlan, base: number): EncodedPlan {
  const arena = new Arena(base);
  const { header } = plan;
  const refs = encodeRefs(arena, header);
  const segments = encodeSegments(arena, header, refs);
  const address = arena.words([
    FRAMINGS[plan.framing],
    NEWLINES[plan.newline],
    header.fractionDigits,
    Number(refs.list.some(({ kind }) => kind === 'content')),
    ...arena.text(`<${header.priority}>1 `),
    ...arena.text(plan.body.separator),
    refs.address,
    refs.list.length,
    ...segments,
  ]);
  return { bytes: arena.bytes(), address };
}

/** Chunks of data, each at its final address. */
class Arena {
  readonly #base: number;
  readonly #chunks: { at: number; data: Uint8Array }[] = [];
  #size = 0;

  constructor(base: number) {
    this.#base = base;
  }

  words(values: readonly number[]): number {
    return this.#put(new Uint8Array(Uint32Array.from(values).buffer));
  }

  /** @returns address and length. */
  text(value: string | Uint8Array): [number, number] {
    const data = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return [this.#put(data), data.length];
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#size);
    for (const { at, data } of this.#chunks) all.set(data, at);
    return all;
  }

  #put(data: Uint8Array): number {
    const at = this.#size;
    this.#chunks.push({ at, data });
    this.#size = Math.ceil((at + data.length + SLACK) / ALIGNMENT) * ALIGNMENT;
    return this.#base + at;
  }
}

interface Refs {
  readonly list: readonly FieldRef[];
  readonly address: number;
}

function encodeRefs(arena: Arena, header: FormatPlan['header']): Refs {
  const { hostname, appName, procId, msgId } = header;
  const list = [...hostname, ...appName, ...procId, ...msgId].flatMap((part) =>
    part.kind === 'field' ? part.refs : [],
  );
  const words = list.flatMap((ref) => [REF_KINDS[ref.kind], ...arena.text('key' in ref ? ref.key : ''), 0, 0]);
  return { list, address: arena.words(words) };
}

/** Fixed fields become bytes here, once; what is between two variable fields is one literal. */
function encodeSegments(arena: Arena, header: FormatPlan['header'], refs: Refs): [number, number] {
  const fields: [Template, number][] = [
    [header.hostname, MAX_HOSTNAME],
    [header.appName, MAX_APP_NAME],
    [header.procId, MAX_PROC_ID],
    [header.msgId, MAX_MSG_ID],
  ];
  const segments: number[][] = [];
  let literal = ' ';
  for (const [template, maxLength] of fields) {
    const fixed = fixedField(template, maxLength);
    if (fixed === undefined) {
      segments.push([...arena.text(literal), maxLength, ...encodeParts(arena, template, refs)]);
      literal = ' ';
    } else {
      literal += `${fixed} `;
    }
  }
  segments.push([...arena.text(`${literal}- `), 0, 0, 0]);
  return [arena.words(segments.flat()), segments.length];
}

/** The field's bytes, all ASCII, if they are the same for every log. */
function fixedField(template: Template, maxLength: number): string | undefined {
  let text = '';
  for (const part of template) {
    if (part.kind === 'field') return undefined;
    text += part.text;
  }
  const bytes = new TextEncoder().encode(text).subarray(0, maxLength);
  return Array.from(bytes, (byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '_')).join('') || '-';
}

function encodeParts(arena: Arena, template: Template, refs: Refs): [number, number] {
  const words = template.flatMap((part) => [
    ...arena.text(part.kind === 'literal' ? part.text : part.fallback),
    ...encodeRefList(arena, part, refs),
  ]);
  return [arena.words(words), template.length];
}

function encodeRefList(arena: Arena, part: TemplatePart, { list, address }: Refs): [number, number] {
  if (part.kind === 'literal') return [0, 0];
  const addresses = part.refs.map((ref) => address + list.indexOf(ref) * REF_WORDS * WORD);
  return [arena.words(addresses), addresses.length];
}
