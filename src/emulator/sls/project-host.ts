/** Whom a request is for, by its Host header. */
export interface Address {
  /** Undefined: the host is an address, or an endpoint without a project. */
  readonly project: string | undefined;
  /** Undefined: the host does not tell. */
  readonly region: string | undefined;
}

const REGION = /^((?:cn|ap|us|eu|me|na|sa|af)-[a-z0-9-]+?)(?:-intranet|-share|-vpc|-internal)?$/;

/** `<project>.<region>.log.aliyuncs.com`, `<region>.log.aliyuncs.com`, `<project>.<any other name>`, or a bare address. */
export function addressOf(host: string): Address {
  const name = host.replace(/:\d*$/, '');
  const bare = name === '' || name === 'localhost' || name.startsWith('[') || /^\d+(\.\d+){3}$/.test(name);
  if (bare) return { project: undefined, region: undefined };
  const [first = '', second = '', ...rest] = name.split('.');
  const isEndpoint = /^(log|sls)$/.test(second) && rest.length === 2;
  return isEndpoint
    ? { project: undefined, region: regionIn(first) }
    : { project: first, region: /^(log|sls)$/.test(rest[0] ?? '') ? regionIn(second) : undefined };
}

function regionIn(label: string): string | undefined {
  return REGION.exec(label)?.[1];
}
