import type { HttpRequest } from '../exchange.js';

const TARGET = /^[\x21-\x7e]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

interface Made {
  readonly target: string;
  readonly text: string | undefined;
}

/** By headers: a poll that is signed once is asked several times. */
const made = new WeakMap<HttpRequest['headers'], Made>();

/**
 * A request as it travels over a connection of our own (RFC 9112 §3): a GET without a body, whose parts hold nothing that would end a line.
 *
 * @returns undefined for one that can't.
 */
export function requestText(request: HttpRequest): string | undefined {
  const { method, target, headers, body } = request;
  if (method !== 'GET' || body.length > 0) return undefined;
  const known = made.get(headers);
  if (known?.target === target) return known.text;
  const text = makeText(target, headers);
  made.set(headers, { target, text });
  return text;
}

function makeText(target: string, headers: HttpRequest['headers']): string | undefined {
  const fields = Object.entries(headers);
  if (!TARGET.test(target) || !fields.every(([, value]) => VALUE.test(value))) return undefined;
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `GET ${target} HTTP/1.1\r\n${lines}connection: keep-alive\r\n\r\n`;
}
