import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policy, readingRights } from '../../../src/policy/rights.js';
import { asJson, asRos, asTerraform } from '../../../src/policy/templates.js';
import { trustPolicy } from '../../../src/policy/trust.js';

const RIGHTS = readingRights(
  [{ project: 'p', logstore: 'l', consumerGroup: 'g' }],
  { projects: false, logstoresOf: [] },
  { region: 'r', account: '1' },
);

test('every form holds the same policy', () => {
  assert.deepEqual(JSON.parse(asJson(RIGHTS)), RIGHTS);
  const ros = JSON.parse(asRos(RIGHTS, 'rights')) as { Resources: { Forwarder: { Properties: object; Type: string } } };
  assert.equal(ros.Resources.Forwarder.Type, 'ALIYUN::RAM::ManagedPolicy');
  assert.deepEqual((ros.Resources.Forwarder.Properties as { PolicyDocument: unknown }).PolicyDocument, RIGHTS);
  const [, heredoc = ''] = /<<-JSON\n([\s\S]*)\n {2}JSON\n}\n$/.exec(asTerraform(RIGHTS, 'rights')) ?? [];
  assert.deepEqual(JSON.parse(heredoc), RIGHTS);
});

test('Terraform takes nothing in a policy for a template of its own', () => {
  const odd = policy([{ Effect: 'Allow', Action: ['a'], Resource: ['${x} %{y}'] }]);
  assert.match(asTerraform(odd, 'rights'), /"\$\$\{x\} %%\{y\}"/);
});

test('a role trusts an account, an ECS instance, or a service account of a cluster', () => {
  const principals = [
    trustPolicy({ is: 'account', account: '12', externalId: 'x' }),
    trustPolicy({ is: 'ecs' }),
    trustPolicy({
      is: 'oidc',
      providerArn: 'acs:ram::1:oidc-provider/c',
      serviceAccount: 'ns:sa',
      issuer: 'https://i',
    }),
  ].map(({ Statement: [statement] }) => [statement?.Action, statement?.Principal, statement?.Condition]);
  const oidc = { 'oidc:aud': 'sts.aliyuncs.com', 'oidc:sub': 'system:serviceaccount:ns:sa', 'oidc:iss': 'https://i' };
  assert.deepEqual(principals, [
    [['sts:AssumeRole'], { RAM: ['acs:ram::12:root'] }, { StringEquals: { 'sts:ExternalId': 'x' } }],
    [['sts:AssumeRole'], { Service: ['ecs.aliyuncs.com'] }, undefined],
    [['sts:AssumeRole'], { Federated: ['acs:ram::1:oidc-provider/c'] }, { StringEquals: oidc }],
  ]);
  assert.match(asTerraform(trustPolicy({ is: 'ecs' }), 'trust'), /^resource "alicloud_ram_role" "forwarder"/);
});
