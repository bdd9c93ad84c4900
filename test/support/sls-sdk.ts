import { Agent } from 'node:http';
import Client from '@alicloud/log';

interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** What the tests use of Alibaba's own Node SDK, which brings no types. */
export interface Sdk {
  _sign(
    verb: string,
    path: string,
    queries: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
    credentials: Credentials,
  ): string;
  getProject(project: string, options: object): Promise<unknown>;
  listLogStore(project: string, query: object, options: object): Promise<unknown>;
  getLogStore(project: string, logstore: string, options: object): Promise<unknown>;
  createLogStore(project: string, logstore: string, settings: object, options: object): Promise<unknown>;
  deleteLogStore(project: string, logstore: string, options: object): Promise<unknown>;
  getLogs(project: string, logstore: string, from: Date, to: Date, query: object, options: object): Promise<unknown>;
  postLogStoreLogs(project: string, logstore: string, data: object, options: object): Promise<unknown>;
}

const Constructor = Client as unknown as new (config: Credentials & { readonly endpoint: string }) => Sdk;

export function newSdk(endpoint: string, accessKeyId = 'emulator', accessKeySecret = 'emulator'): Sdk {
  return new Constructor({ endpoint, accessKeyId, accessKeySecret });
}

/** Sends every host name to this machine, as an entry in the hosts file would. */
export function loopbackAgent(): Agent {
  return new Agent({
    lookup: (_host, options, callback) => {
      if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
      else callback(null, '127.0.0.1', 4);
    },
  });
}
