import type { Outlet } from '../../../src/telemetry/log-output.js';
import type { TextStream } from '../../../src/telemetry/screen.js';

/** A stream that remembers. */
export class TextSink implements TextStream, Outlet {
  readonly isTTY: boolean;
  readonly columns: number;
  text = '';

  constructor(isTTY = false, columns = 80) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  put(bytes: Uint8Array): number {
    this.text += Buffer.from(bytes).toString();
    return bytes.length;
  }

  write(text: string, done?: () => void): boolean {
    this.text += text;
    done?.();
    return true;
  }
}
