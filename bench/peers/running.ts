/** A program at work between the emulator and a receiver; one process. */
export interface Running {
  readonly pid: number;
  readonly consumerGroup: string;
  /** @throws Error with the program's output if it ends before what is awaited happens */
  during<Result>(awaited: Promise<Result>): Promise<Result>;
  /** Orderly, as its users would. */
  stop(): Promise<void>;
  kill(): void;
}
