import { spawnSync } from 'node:child_process';

/** The block set aside for tests of networks (RFC 2544). */
const OURS = '198.18.77.1';
const THEIRS = '198.18.77.2';

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
    const setting = `net.ipv4.tcp_rmem=4096 ${Math.min(bytes, 131_072)} ${bytes}`;
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
