import { spawnSync } from 'node:child_process';

/** In the block set aside for tests of networks (RFC 2544), four addresses for each process: test files run side by side. */
const address = (host: number): string => {
  const number = (process.pid % 0x4000) * 4 + host;
  return `198.18.${number >> 8}.${number & 255}`;
};
const OURS = address(1);
const THEIRS = address(2);

function ip(...args: readonly string[]): string {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
  return status === 0 ? '' : (error?.message ?? stderr.trim());
}

/** A network namespace of its own at the other end of a cable that can be cut: then nothing comes back, not even a RST. */
export class Namespace {
  readonly name = `chaos-${process.pid}`;
  readonly address = THEIRS;
  readonly #near = `ch${process.pid}n`;
  readonly #far = `ch${process.pid}f`;

  /** @returns why there can be none here, or undefined after it was made. */
  open(): string | undefined {
    process.once('exit', () => this.close());
    const inside = ['-n', this.name];
    const steps = [
      ['netns', 'add', this.name],
      ['link', 'add', this.#near, 'type', 'veth', 'peer', 'name', this.#far, 'netns', this.name],
      ['addr', 'add', `${OURS}/30`, 'dev', this.#near],
      ['link', 'set', this.#near, 'up'],
      [...inside, 'addr', 'add', `${THEIRS}/30`, 'dev', this.#far],
      [...inside, 'link', 'set', this.#far, 'up'],
    ];
    for (const step of steps) {
      const problem = ip(...step);
      if (problem !== '') return `ip ${step.join(' ')}: ${problem}`;
    }
    return undefined;
  }

  /** Of connections that are made from now on. @returns why that can't be, or undefined. */
  limitReceiveBuffers(bytes: number): string | undefined {
    return this.#receiveBuffers(Math.min(bytes, 131_072), bytes);
  }

  /** The same, and each connection has them from its beginning. */
  fixReceiveBuffers(bytes: number): string | undefined {
    return this.#receiveBuffers(bytes, bytes);
  }

  #receiveBuffers(first: number, most: number): string | undefined {
    const setting = `net.ipv4.tcp_rmem=4096 ${first} ${most}`;
    const problem = ip('netns', 'exec', this.name, 'sysctl', '-q', '-w', setting);
    return problem === '' ? undefined : problem;
  }

  cut(): void {
    ip('-n', this.name, 'link', 'set', this.#far, 'down');
  }

  mend(): void {
    ip('-n', this.name, 'link', 'set', this.#far, 'up');
  }

  close(): void {
    ip('link', 'del', this.#near);
    ip('netns', 'del', this.name);
  }
}
