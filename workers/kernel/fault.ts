import type { FormatFault } from '../../src/model/format-task.js';

/** Carries a fault out through the kernel's frames, from the host function that the kernel called to {@link Kernel.format}. */
export class KernelFault extends Error {
  readonly fault: FormatFault;

  constructor(reason: FormatFault['reason'], offset: number) {
    super(`${reason} at ${offset}`);
    this.fault = { reason, offset };
  }
}
