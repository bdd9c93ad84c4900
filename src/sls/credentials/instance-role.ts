import { readIssued, unusable, type CredentialsSource, type Issued } from './credentials.js';
import type { HttpText, TextReply } from './http-text.js';

const NAME = 'the ECS metadata service';
const TOKEN_SECONDS = 3600;

/**
 * The RAM role of the ECS instance, by the metadata service in its hardened form (a token first), or in the old one where the new is not offered.
 *
 * @param endpoint `http://100.100.100.200`
 * @param role its name; asked for if not given
 */
export function instanceRole(http: HttpText, endpoint: string, role: string | undefined): CredentialsSource {
  return { name: 'ECS RAM role', fetch: () => fetchRole(http, endpoint, role) };
}

async function fetchRole(http: HttpText, endpoint: string, role: string | undefined): Promise<Issued> {
  const token = await http.request({
    what: NAME,
    method: 'PUT',
    url: `${endpoint}/latest/api/token`,
    headers: { 'x-aliyun-ecs-metadata-token-ttl-seconds': String(TOKEN_SECONDS), 'content-length': '0' },
  });
  const headers = token.status === 200 ? { 'x-aliyun-ecs-metadata-token': token.text.trim() } : {};
  const read = (path: string): Promise<TextReply> =>
    http.request({ what: NAME, url: `${endpoint}/latest/meta-data/ram/security-credentials/${path}`, headers });
  const name = role ?? firstLine(await read(''));
  const { status, json, skewMs } = await read(encodeURIComponent(name));
  if (status !== 200) throw unusable(`${NAME} answered ${status} for role "${name}": is it attached to this instance?`);
  const code = json?.['Code'];
  if (typeof code !== 'string' || code.toLowerCase() !== 'success')
    throw unusable(`${NAME} has none for role "${name}" now`);
  return readIssued(NAME, json, skewMs);
}

function firstLine({ status, text }: TextReply): string {
  const name = text.split('\n')[0]?.trim() ?? '';
  if (status !== 200 || !/^[\w.-]{1,64}$/.test(name)) throw unusable(`no RAM role is attached to this ECS instance`);
  return name;
}
