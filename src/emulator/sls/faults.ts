import type { Call } from './call.js';
import type { Operation } from './route.js';

/**
 * What goes wrong:
 * - `pass`: nothing (for a delay alone).
 * - `error`: an error reply.
 * - `html`: what a proxy answers.
 * - `hang`: no answer.
 * - `reset`: the connection is reset instead of the operation.
 * - `lose`: the operation is done, then the connection is reset.
 * - `truncate`: the connection ends in the middle of the body.
 * - `cut`: a shorter body that is whole for HTTP.
 * - `corrupt`: bytes of the body are flipped.
 * - `headers`: reply headers are replaced, or removed where null.
 */
export const FAULT_KINDS = [
  'pass',
  'error',
  'html',
  'hang',
  'reset',
  'lose',
  'truncate',
  'cut',
  'corrupt',
  'headers',
] as const;
type FaultKind = (typeof FAULT_KINDS)[number];

/** Which requests, and what happens to them. */
export interface Fault {
  readonly kind: FaultKind;
  /** Any operation when left out; likewise project, logstore and shard. */
  readonly operation?: Operation;
  readonly project?: string;
  readonly logstore?: string;
  readonly shard?: number;
  /** How many matching requests are let through first. */
  readonly after?: number;
  /** How many are hit then; without a number, all. */
  readonly times?: number;
  /** Milliseconds to wait before anything else. */
  readonly delayMs?: number;
  /** The status of an error reply, or of an HTML page. */
  readonly status?: number;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
}

type Asked = Pick<Call, 'operation' | 'project' | 'logstore' | 'shard'>;

interface Rule {
  readonly fault: Fault;
  matched: number;
  fired: number;
}

/** The faults in force, tried in the order in which they were added. */
export class Faults {
  readonly #rules: Rule[] = [];

  add(fault: Fault): void {
    this.#rules.push({ fault, matched: 0, fired: 0 });
  }

  clear(): void {
    this.#rules.length = 0;
  }

  /** What happens to this request, if anything. */
  next(route: Asked): Fault | undefined {
    for (const rule of this.#rules) {
      if (!concerns(rule.fault, route) || rule.fired >= (rule.fault.times ?? Infinity)) continue;
      if (rule.matched++ < (rule.fault.after ?? 0)) continue;
      rule.fired++;
      return rule.fault;
    }
    return undefined;
  }

  describe(): object[] {
    return this.#rules.map(({ fault, fired }) => ({ ...fault, fired }));
  }
}

function concerns({ operation, project, logstore, shard }: Fault, route: Asked): boolean {
  return (
    (project === undefined || project === route.project) &&
    (operation === undefined || operation === route.operation) &&
    (logstore === undefined || logstore === route.logstore) &&
    (shard === undefined || shard === route.shard)
  );
}
