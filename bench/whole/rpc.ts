import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

interface Call {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Number of the answer that every child gives unasked: that it is ready. */
const READY = 0;

/** Answers the parent's calls until the parent is gone or ends this process. @param ready what {@link Remote.ready} is there. */
export function serve(ready: unknown, handlers: Handlers): void {
  const answer = (message: Answer): void => void process.send?.(message);
  process.on('message', ({ id, name, argument }: Call) => {
    Promise.resolve()
      .then(() => handlers[name]?.(argument as never))
      .then(
        (value) => answer({ id, value }),
        (error: unknown) => answer({ id, error: String(error) }),
      );
  });
  process.once('disconnect', () => process.exit());
  answer({ id: READY, value: ready });
}

/** A child process with functions to call. */
export class Remote<Ready> {
  readonly ready: Ready;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextId = READY + 1;

  private constructor(child: ChildProcess, ready: Ready) {
    this.#child = child;
    this.ready = ready;
    child.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  /** @param options what the script finds, as JSON, in its first argument. */
  static async start<Ready>(script: URL, options: unknown): Promise<Remote<Ready>> {
    const child = fork(script, [JSON.stringify(options)], { execArgv: [] });
    const failed = once(child, 'exit').then(() => {
      throw new Error(`${script.pathname} ended before it was ready`);
    });
    const [{ value }] = (await Promise.race([once(child, 'message'), failed])) as [{ readonly value: Ready }];
    failed.catch(() => undefined);
    return new Remote(child, value);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  call<Result>(name: string, argument?: unknown): Promise<Result> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ value, error }) => {
        if (error === undefined) resolve(value as Result);
        else reject(new Error(`${name}: ${error}`));
      });
      this.#child.send({ id, name, argument } satisfies Call);
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/** The options a script was started with. */
export function ownOptions(): unknown {
  return JSON.parse(process.argv[2] ?? '{}');
}
