/** A syslog receiver on a thread of its own, so that it never shares an event loop with what it measures. */
import { parentPort, workerData } from 'node:worker_threads';
import { asForwarderError } from '../errors/forwarder-error.js';
import { STARTED, type CallAnswer, type CallMessage, type ReceiverCall } from './receiver/calls.js';
import type { ReceiverOptions } from './receiver/contract.js';
import { SyslogReceiver } from './receiver/syslog-receiver.js';

const say = (answer: CallAnswer): void => parentPort?.postMessage(answer);

async function answer(id: number, work: () => Promise<unknown>): Promise<void> {
  try {
    say({ id, ok: true, value: await work() });
  } catch (thrown) {
    const { code, message } = asForwarderError(thrown);
    say({ id, ok: false, code, message });
  }
}

async function serve(): Promise<{ url: string; port: number }> {
  const receiver = await SyslogReceiver.start(workerData as ReceiverOptions);
  parentPort?.on('message', ({ id, call }: CallMessage) => void answer(id, () => run(receiver, call)));
  return { url: receiver.url, port: receiver.port };
}

function run(receiver: SyslogReceiver, call: ReceiverCall): Promise<unknown> {
  switch (call.name) {
    case 'setMode':
      return receiver.setMode(call.mode);
    case 'waitFor':
      return receiver.waitFor(call.awaited, call.timeoutMs);
    case 'last':
      return receiver.last(call.count);
    case 'stats':
      return receiver.stats();
    case 'reset':
      return receiver.reset();
  }
}

void answer(STARTED, serve);
