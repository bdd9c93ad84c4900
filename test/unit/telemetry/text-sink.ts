import type { TextStream } from '../../../src/telemetry/screen.js';

/** A stream that remembers. */
export class TextSink implements TextStream {
  readonly isTTY: boolean;
  readonly columns: number;
  text = '';

  constructor(isTTY = false, columns = 80) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string, done?: () => void): boolean {
    this.text += text;
    done?.();
    return true;
  }
}
