import type { FrameBatch } from '../model/batch.js';
import { LINE_FEED, type FormatPlan, type Member } from '../model/format-plan.js';
import { framesOf } from './show.js';

/** What header fields were before RFC 5424 §6 left of them what it allows: each text as sent, with what it was made of. */
export type HeaderTexts = ReadonlyMap<string, ReadonlySet<string>>;

/** RFC 5424 §6: most bytes of HOSTNAME, APP-NAME, PROCID and MSGID. */
export const MOST_BYTES = [255, 48, 128, 32];

/** A plan that writes the texts of the header's fields, for the events that `plan` sends, as JSON. */
export function headerTextPlan(plan: FormatPlan): FormatPlan {
  const { hostname, appName, procId, msgId } = plan.header;
  const members: Member[] = [hostname, appName, procId, msgId].map((value, i) => ({ name: String(i), value }));
  // Where all are empty, a log would be written whole.
  const some: Member = { name: 'some', value: [{ kind: 'literal', text: 'text' }] };
  return {
    ...plan,
    ...{ framing: LINE_FEED, newline: 'escape', shape: undefined, size: undefined },
    header: { ...plan.header, style: 'none', bom: false },
    body: { kind: 'json', members: [some, ...members], rest: 'none', expand: false },
  };
}

/** @param batch of a {@link headerTextPlan}. */
export function headerTexts(batch: FrameBatch): HeaderTexts {
  const texts = new Map<string, Set<string>>();
  for (const frame of framesOf(batch)) {
    const found = JSON.parse(Buffer.from(frame).toString()) as Readonly<Record<string, string>>;
    for (const [index, most] of MOST_BYTES.entries()) {
      const text = found[String(index)] ?? '';
      const sent = printable(text, most);
      texts.set(sent, (texts.get(sent) ?? new Set()).add(text));
    }
  }
  return texts;
}

/** The text as the kernel writes it into a header field. */
function printable(text: string, most: number): string {
  return Array.from(Buffer.from(text).subarray(0, most), (byte) =>
    byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '_',
  ).join('');
}
