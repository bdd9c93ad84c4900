import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../../src/flow/clock.js';
import { ReceiverConnection } from '../../../src/emulator/receiver/receiver-connection.js';
import type { ReceiverMode } from '../../../src/emulator/receiver/contract.js';
import type { Tally } from '../../../src/emulator/receiver/tally.js';

/** A socket whose end takes as long as the test. */
class Ending extends PassThrough {
  destroySoon(): void {
    this.pause();
  }

  resetAndDestroy(): void {
    this.pause();
  }
}

for (const ends of ['fin', 'resetting'] as const)
  test(`a connection that was ended stays ended, whatever the mode is then (${ends})`, async () => {
    let bytes = 0;
    const tally = { read: (more: number) => (bytes += more), frame: () => undefined, flaw: () => undefined };
    const socket = new Ending();
    const connection = new ReceiverConnection(
      socket as unknown as Socket,
      {
        clock: systemClock,
        maxFrameBytes: 1000,
        tally: () => tally as unknown as Tally,
        share: (all) => all,
        counted: () => undefined,
        handshake: undefined,
      },
      () => undefined,
    );
    const mode: ReceiverMode = { kind: ends, afterBytes: 10 };
    connection.enter(mode);
    socket.write('first\nsecond\n');
    await turn();
    assert.equal(bytes, 10);
    connection.enter({ kind: 'normal' });
    socket.write('third\n');
    await turn();
    assert.equal(bytes, 10);
  });
