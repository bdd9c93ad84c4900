import { printableText } from '../errors/printable.js';
import type { Clock } from '../flow/clock.js';
import { Screen, type TextStream } from '../telemetry/screen.js';
import type { Sample } from './compare.js';
import type { KnobName, Point } from './point.js';
import type { Step } from './search.js';
import { changeText, grouped, percent, summaryOf, type Names } from './words.js';

const EVERY_MS = 1_000;

/** What happens, on standard error: a status line on a terminal, a line for each step anywhere. */
export class Display {
  readonly #stream: TextStream;
  readonly #screen: Screen | undefined;
  readonly #clock: Clock;
  readonly #endsAt: number;
  readonly #names: Names;
  #doing = 'measuring the config as it is';
  #cancel: () => void = () => undefined;

  /** @param endsAt of the run, on the monotonic clock. */
  constructor(stream: TextStream, clock: Clock, endsAt: number, names: Names) {
    this.#stream = stream;
    this.#screen = stream.isTTY === true ? new Screen(stream) : undefined;
    this.#clock = clock;
    this.#endsAt = endsAt;
    this.#names = names;
  }

  start(): void {
    if (this.#screen !== undefined) this.#redraw();
  }

  say(text: string): void {
    const line = `tune: ${printableText(text)}\n`;
    if (this.#screen === undefined) this.#stream.write(line);
    else this.#screen.print(line);
  }

  onStart(samples: readonly Sample[]): void {
    const { eventsPerSecond, eventsPerCpuSecond } = summaryOf(samples);
    this.say(`as it is: ${grouped(eventsPerSecond)} events/s, ${grouped(eventsPerCpuSecond)} events/CPU-s`);
    this.#doing = 'comparing';
  }

  onTry(_: KnobName, from: Point, to: Point): void {
    this.#doing = changeText(from, to, this.#names);
  }

  onStep({ from, to, kept, gain, pairs, why }: Step): void {
    const measured = pairs.length === 0 ? '' : `${percent(gain)}, `;
    this.say(`${changeText(from, to, this.#names)}: ${measured}${kept ? 'kept' : `not kept (${why})`}`);
    this.#doing = 'comparing';
  }

  end(): void {
    this.#cancel();
    this.#screen?.status('');
  }

  #redraw(): void {
    const seconds = Math.max(0, Math.round((this.#endsAt - this.#clock.monotonic()) / 1000));
    const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    this.#screen?.status(`tune: ${left} left at most · ${this.#doing} · Ctrl-C ends it with what is known`);
    this.#cancel = this.#clock.timer(EVERY_MS, () => this.#redraw(), { unref: true });
  }
}
