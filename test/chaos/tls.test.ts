import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { testCerts, tlsFiles, type KeyPair, type TestCerts } from '../support/certs.js';
import { ModeSink, scenario } from '../support/chaos.js';
import { ReceiverProcess } from '../support/receiver-process.js';

scenario('the TLS handshake hangs for a while', {}, async (chaos) => {
  const certs = await testCerts();
  const sink = await ModeSink.start({ listen: 'tls://127.0.0.1:0', tls: certs.server });
  chaos.receivesAt([sink]);
  await sink.receiver.setMode({ kind: 'hang' });
  const forwarder = chaos.forward({ destination: { tls: { ca: tlsFiles(certs).ca } } });
  await chaos.fault(async () => {
    await forwarder.line(({ code }) => code === 'DIAL_TIMEOUT');
    await sink.receiver.setMode({ kind: 'normal' });
  });
  await chaos.flow(5000);
  await chaos.settle(forwarder);
});

/** The receiver comes back with a certificate that must not be trusted, and later with a good one. */
function distrusted(name: string, pick: (certs: TestCerts) => KeyPair): void {
  scenario(name, {}, async (chaos) => {
    const certs = await testCerts();
    const receiver = new ReceiverProcess({ tls: certs.server });
    await receiver.start();
    chaos.receivesAt([receiver]);
    const forwarder = chaos.forward({ destination: { tls: { ca: tlsFiles(certs).ca } } });
    await chaos.flow(10_000);
    await chaos.fault(async () => {
      await receiver.kill();
      await receiver.start({ tls: pick(certs) });
      await forwarder.line(({ code }) => code === 'TLS_FAILED');
      await delay(1000);
      await receiver.kill();
      await receiver.start();
    });
    await chaos.flow(5000);
    await chaos.settle(forwarder);
  });
}

distrusted('an expired certificate for a while', ({ expired }) => expired);
distrusted('a certificate for another name for a while', ({ wrongName }) => wrongName);

scenario('the receiver changes to a certificate of another authority, and so does our file', {}, async (chaos) => {
  const certs = await testCerts();
  const receiver = new ReceiverProcess({ tls: certs.server });
  await receiver.start();
  chaos.receivesAt([receiver]);
  const ca = tlsFiles(certs).ca;
  const forwarder = chaos.forward({ destination: { tls: { ca } } });
  await chaos.flow(10_000);
  await chaos.fault(async () => {
    await receiver.kill();
    await receiver.start({ tls: certs.rotated });
    await forwarder.line(({ code }) => code === 'TLS_FAILED');
    writeFileSync(ca, certs.otherCa.cert);
  });
  await chaos.flow(5000);
  // Its receiver was killed a second ago, so nothing younger is proven.
  await chaos.settleUnproven(forwarder);
});
