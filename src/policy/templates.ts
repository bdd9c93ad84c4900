import type { PolicyDocument } from './rights.js';

/** What a policy is for: rights that a user or role gets, or who may assume a role. */
export type Use = 'rights' | 'trust';

/** How policies and roles are called in the account. */
const NAME = 'sls-syslog-forwarder';
const SAYS = 'Reads logstores for sls-syslog-forwarder';

export const asJson = (document: PolicyDocument): string => `${JSON.stringify(document, undefined, 2)}\n`;

/** For the alicloud provider of Terraform. */
export function asTerraform(document: PolicyDocument, use: Use): string {
  const json = JSON.stringify(document, undefined, 2)
    .replaceAll('${', () => '$${')
    .replaceAll('%{', '%%{');
  const [resource, name, policy] =
    use === 'trust'
      ? ['alicloud_ram_role', 'role_name', 'assume_role_policy_document']
      : ['alicloud_ram_policy', 'policy_name', 'policy_document'];
  const line = (key: string, value: string): string => `  ${key.padEnd(policy.length)} = ${value}\n`;
  const written = `<<-JSON\n    ${json.replaceAll('\n', '\n    ')}\n  JSON`;
  return `resource "${resource}" "forwarder" {
${line(name, `"${NAME}"`)}${line('description', `"${SAYS}"`)}${line(policy, written)}}
`;
}

/** A template of the Resource Orchestration Service. */
export function asRos(document: PolicyDocument, use: Use): string {
  const resource =
    use === 'trust'
      ? {
          Type: 'ALIYUN::RAM::Role',
          Properties: { RoleName: NAME, Description: SAYS, AssumeRolePolicyDocument: document },
        }
      : {
          Type: 'ALIYUN::RAM::ManagedPolicy',
          Properties: { PolicyName: NAME, Description: SAYS, PolicyDocument: document },
        };
  const template = { ROSTemplateFormatVersion: '2015-09-01', Resources: { Forwarder: resource } };
  return `${JSON.stringify(template, undefined, 2)}\n`;
}
