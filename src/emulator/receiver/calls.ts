import type { ErrorCode } from '../../errors/codes.js';
import type { Awaited, ReceiverMode } from './contract.js';

/** What the handle asks of the thread, and what comes back: one answer for every call. */
export type ReceiverCall =
  | { readonly name: 'stats' | 'reset' }
  | { readonly name: 'setMode'; readonly mode: ReceiverMode }
  | { readonly name: 'waitFor'; readonly awaited: Awaited; readonly timeoutMs: number }
  | { readonly name: 'last'; readonly count: number };

export interface CallMessage {
  readonly id: number;
  readonly call: ReceiverCall;
}

/** Errors cross threads as data. */
export type CallAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** The id of the answer that says the receiver listens, or can't. */
export const STARTED = 0;
