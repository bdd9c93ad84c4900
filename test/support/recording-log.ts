import type { Log } from '../../src/model/log.js';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A log that remembers. */
export class RecordingLog implements Log {
  readonly lines: LogLine[] = [];
  readonly debug = this.#at('debug');
  readonly info = this.#at('info');
  readonly warn = this.#at('warn');
  readonly error = this.#at('error');

  #at(level: LogLine['level']) {
    return (fields: object, message: string): void => {
      this.lines.push({ level, fields: { ...fields }, message });
    };
  }
}
