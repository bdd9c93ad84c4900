import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionError, type Stage } from '../../../src/delivery/links/socket-errors.js';
import { endpointAt } from './support.js';

const endpoint = endpointAt(514, 'tcp', 'siem.example');
const errno = (code: string, message = code): Error => Object.assign(new Error(message), { code });

function said(thrown: unknown, stage: Stage): string {
  const { code, message } = connectionError(thrown, endpoint, stage);
  return `${code} ${message}`;
}

test('each failure has its code and its words, by the stage it happened in', () => {
  const where = 'tcp://siem.example:514';
  assert.equal(said(errno('ENOTFOUND'), 'connect'), `DIAL_FAILED ${where}: can't connect: the host name is not known`);
  assert.equal(
    said(errno('ECONNRESET'), 'connected'),
    `CONNECTION_RESET ${where}: connection lost: the receiver reset the connection`,
  );
  assert.match(said(errno('ECONNRESET'), 'handshake'), /^TLS_FAILED .*hung up during the TLS handshake/);
  // With TLS 1.3 the receiver refuses our certificate only after the handshake.
  assert.match(
    said(errno('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'connected'),
    /^TLS_FAILED .*requires a client certificate/,
  );
});

test('a name with several addresses: the first one speaks for all', () => {
  const all = new AggregateError([errno('ECONNREFUSED'), errno('ENETUNREACH')]);
  assert.match(said(all, 'connect'), /^DIAL_FAILED .*nothing listens there/);
  assert.match(said(new AggregateError([], 'nothing'), 'connect'), /can't connect: nothing$/);
});

test('what is not known is passed on as it is, whatever it is', () => {
  assert.match(said(errno('EWHAT', 'never seen'), 'connected'), /^CONNECTION_RESET .*: connection lost: never seen$/);
  assert.match(said('a string', 'connect'), /can't connect: a string$/);
  assert.deepEqual(connectionError(errno('EWHAT'), endpoint, 'connect').details, { errno: 'EWHAT' });
});
