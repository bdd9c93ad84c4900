import assert from 'node:assert/strict';
import test from 'node:test';
import { dialFor, parseEndpoint, type ServiceEndpoint } from '../../../src/sls/endpoint.js';
import { nameProblem } from '../../../src/sls/api/names.js';

function parsed(text: string): ServiceEndpoint {
  const result = parseEndpoint(text);
  assert.ok(result.ok, result.ok ? '' : result.message);
  return result.endpoint;
}

const FORMS: readonly (readonly [string, string, string | undefined])[] = [
  ['cn-hangzhou.log.aliyuncs.com', 'https cn-hangzhou.log.aliyuncs.com 443', 'cn-hangzhou'],
  [' CN-Hangzhou.log.aliyuncs.com/ ', 'https cn-hangzhou.log.aliyuncs.com 443', 'cn-hangzhou'],
  ['ap-southeast-1', 'https ap-southeast-1.log.aliyuncs.com 443', 'ap-southeast-1'],
  ['cn-beijing-intranet', 'https cn-beijing-intranet.log.aliyuncs.com 443', 'cn-beijing'],
  ['cn-beijing-accelerate', 'https log-global.aliyuncs.com 443', 'cn-beijing'],
  ['http://us-west-1-accelerate', 'http log-global.aliyuncs.com 80', 'us-west-1'],
  ['cn-beijing-intranet.log.aliyuncs.com', 'https cn-beijing-intranet.log.aliyuncs.com 443', 'cn-beijing'],
  ['https://eu-central-1-share.log.aliyuncs.com', 'https eu-central-1-share.log.aliyuncs.com 443', 'eu-central-1'],
  ['http://cn-shanghai-vpc.sls.aliyuncs.com', 'http cn-shanghai-vpc.sls.aliyuncs.com 80', 'cn-shanghai'],
  ['cn-shanghai.log.aliyuncs.com:80', 'http cn-shanghai.log.aliyuncs.com 80', 'cn-shanghai'],
  ['log-global.aliyuncs.com', 'https log-global.aliyuncs.com 443', undefined],
  ['sls.example.com', 'https sls.example.com 443', undefined],
  ['https://sls.example.com:8443', 'https sls.example.com 8443', undefined],
  ['127.0.0.1:8080', 'http 127.0.0.1 8080', undefined],
  ['http://127.0.0.1:80', 'http 127.0.0.1 80', undefined],
  ['https://10.0.0.7', 'https 10.0.0.7 443', undefined],
  ['[::1]:8080', 'http ::1 8080', undefined],
  ['localhost:9000', 'http localhost 9000', undefined],
  ['HTTP://emulator:9000', 'http emulator 9000', undefined],
];

for (const [text, expected, region] of FORMS) {
  test(`endpoint ${text.trim()}`, () => {
    const { tls, host, port, region: found } = parsed(text);
    assert.equal(`${tls ? 'https' : 'http'} ${host} ${port}`, expected);
    assert.equal(found, region);
  });
}

const WRONG: readonly (readonly [string, RegExp])[] = [
  ['', /empty/],
  ['   ', /empty/],
  ['https://', /empty/],
  ['tcp://1.2.3.4:514', /scheme must be http or https/],
  ['cn hangzhou', /not an endpoint/],
  ['8080', /not an endpoint/],
  ['127.1', /not an endpoint/],
  ['1.2.3.4.5', /not an endpoint/],
  ['host:70000', /not an endpoint/],
  ['host:0', /not an endpoint/],
  ['host:x', /not an endpoint/],
  ['-x.example.com', /not an endpoint/],
  ['https://cn-hangzhou.log.aliyuncs.com/logstores', /leave the path out/],
  ['https://cn-hangzhou.log.aliyuncs.com?x=1', /leave the path out/],
  ['my-project.cn-hangzhou.log.aliyuncs.com', /names a project: write cn-hangzhou\.log\.aliyuncs\.com/],
];

for (const [text, message] of WRONG) {
  test(`not an endpoint: ${JSON.stringify(text)}`, () => {
    const result = parseEndpoint(text);
    assert.ok(!result.ok);
    assert.match(result.message, message);
  });
}

test('credentials in an endpoint are refused and not repeated', () => {
  const result = parseEndpoint('https://id:hunter2@cn-hangzhou.log.aliyuncs.com');
  assert.ok(!result.ok);
  assert.match(result.message, /credentials/);
  assert.doesNotMatch(result.message, /hunter2/);
});

test('the project is part of the name that is dialled, and of the Host header', () => {
  assert.deepEqual(dialFor(parsed('cn-hangzhou.log.aliyuncs.com'), 'p'), {
    tls: true,
    host: 'p.cn-hangzhou.log.aliyuncs.com',
    port: 443,
    hostHeader: 'p.cn-hangzhou.log.aliyuncs.com',
    servername: 'p.cn-hangzhou.log.aliyuncs.com',
    via: undefined,
  });
});

test('an address or a single label has no sub-domains: only the Host header carries the project', () => {
  const ip = dialFor(parsed('https://10.0.0.7:8443'), 'p');
  assert.deepEqual([ip.host, ip.hostHeader, ip.servername], ['10.0.0.7', 'p.10.0.0.7:8443', '']);
  const name = dialFor(parsed('http://emulator:9000'), 'p');
  assert.deepEqual([name.host, name.hostHeader, name.servername], ['emulator', 'p.emulator:9000', 'emulator']);
  assert.equal(dialFor(parsed('[::1]:80'), 'p').hostHeader, 'p.[::1]');
});

test('names that could break a header, a path or a line are refused', () => {
  assert.equal(nameProblem('project', 'my-project_1'), undefined);
  assert.equal(nameProblem('consumer', 'host-1:4711/ä'), undefined);
  assert.match(nameProblem('project', 'a b') ?? '', /project "a b" is not a legal name/);
  assert.match(nameProblem('logstore', 'x/../y') ?? '', /logstore/);
  assert.match(nameProblem('consumerGroup', '') ?? '', /consumerGroup/);
  assert.match(nameProblem('consumer', 'a\r\nb') ?? '', /consumer/);
  assert.match(nameProblem('consumer', '\ud800') ?? '', /consumer/);
});
