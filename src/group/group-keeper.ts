import type { Log } from '../model/log.js';
import type { ConsumerGroup, GroupSettings } from '../model/ports.js';
import type { Positions } from './positions.js';

export interface GroupKeeperDeps {
  readonly group: ConsumerGroup;
  readonly wanted: GroupSettings;
  readonly positions: Positions;
  readonly log: Log;
  /** Told of the settings of the group, and again when they are others. */
  readonly onInForce: (inForce: GroupSettings) => void;
}

/** Makes sure that the consumer group exists: at the start, and again when somebody has deleted it. */
export class GroupKeeper {
  readonly #deps: GroupKeeperDeps;
  /** The group was made again, and its positions are not all written back. */
  #bare = false;
  #told: GroupSettings | undefined;

  constructor(deps: GroupKeeperDeps) {
    this.#deps = deps;
  }

  /** @throws ForwarderError */
  async join(signal: AbortSignal): Promise<void> {
    await this.#ensure(signal);
  }

  /**
   * Makes the group whole: it may be gone, or somebody has made it again.
   * @param lose called when it was gone, so that nobody holds a shard of it
   * @throws ForwarderError; then it is to be called again
   */
  async mend(signal: AbortSignal, lose: () => void): Promise<void> {
    const created = await this.#ensure(signal);
    this.#bare ||= created;
    if (this.#bare) lose();
    await this.#deps.positions.restore(this.#bare, signal);
    this.#bare = false;
  }

  /** @returns whether the group did not exist. */
  async #ensure(signal: AbortSignal): Promise<boolean> {
    const { group, wanted, log, onInForce } = this.#deps;
    const { timeoutSeconds, inOrder, created } = await group.ensure(wanted, signal);
    if (timeoutSeconds === this.#told?.timeoutSeconds && inOrder === this.#told.inOrder) return created;
    this.#told = { timeoutSeconds, inOrder };
    if (timeoutSeconds !== wanted.timeoutSeconds || inOrder !== wanted.inOrder) {
      log.warn(
        { timeoutSeconds, inOrder, wanted },
        'the consumer group exists with other settings than the config asks for; its own are used and left as they are',
      );
    }
    onInForce(this.#told);
    return created;
  }
}
