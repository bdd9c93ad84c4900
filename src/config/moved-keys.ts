import type { Tree } from './document.js';
import { HIDDEN } from './written.js';

/** Keys of earlier versions, each with what stands for it now. */
const MOVED: Readonly<Record<string, (value: string) => string>> = {
  settleTime: (value) => `settle: { time: ${value} }`,
};

/**
 * @param value what the file says under the key, as text.
 * @returns the end of a sentence about an unknown key that once was one; undefined for others.
 */
export function movedKey(key: string, value: string): string | undefined {
  const now = MOVED[key];
  return now === undefined ? undefined : `"${key}" is written ${now(value)} now`;
}

/** The section of earlier versions that stands under `sources` now. */
export const OLD_SOURCE = 'sls';

/** Keys of `sls` whose values hold no secret. A proxy, an address of credentials, a command and a policy may. */
const SHOWN: ReadonlySet<string> = new Set([
  ...['endpoint', 'signature', 'region', 'timeout', 'proxyFile'],
  ...['accessKeyIdFile', 'accessKeySecretFile', 'securityTokenFile', 'source', 'file', 'profile', 'commandTimeout'],
  ...['roleName', 'roleArn', 'oidcProviderArn', 'oidcTokenFile', 'stsEndpoint', 'metadataEndpoint'],
  ...['externalIdFile', 'sessionName', 'durationSeconds'],
]);

/** What to write in place of `sls:`: the same, one level deeper. */
export function movedSource(tree: Tree): string {
  if (tree.has(['sources'])) return 'remove it: "sources" says where logs come from';
  const written = tree.written(OLD_SOURCE, SHOWN);
  const section = written.startsWith('{') ? written : '{ endpoint: … }';
  const hidden = section.includes(HIDDEN) ? `; ${HIDDEN} stands for what is not shown here` : '';
  return `is one of several sources now; write sources: { ${OLD_SOURCE}: ${section} }${hidden}`;
}
