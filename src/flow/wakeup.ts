/** Where one loop waits for whatever may have changed. What is told while nobody waits is not kept: the loop looks before it waits. */
export class Wakeup {
  #wake: (() => void) | undefined;

  /** Resolves when it is next told. */
  wait(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  readonly notify = (): void => this.#wake?.();
}
