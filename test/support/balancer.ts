import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child, freePort } from './child.js';
import type { KeyPair } from './certs.js';
import { temporaryDirectory } from './temporary.js';

export interface BalancerStart {
  /** Port of 127.0.0.1 to which it passes connections on. */
  readonly serverPort: number;
  /** How long it tries to reach the server, seconds. Default 1. HAProxy tries so often as its `retries` say, each time for so long or for a second. */
  readonly connectSeconds?: number;
  /** Connections that the server gets at a time; the others wait (HAProxy) or are turned away (nginx). */
  readonly serverConnections?: number;
  /** Connections that are read at a time (HAProxy): the kernel takes the others, and nobody reads them. */
  readonly frontConnections?: number;
  /** Given: it ends TLS with this certificate, and speaks plainly to the server. */
  readonly tls?: KeyPair;
}

/** How one balancer is configured and told to end. */
interface Kind {
  readonly command: string;
  readonly config: (start: BalancerStart, files: Files) => string;
  readonly args: (config: string, directory: string) => readonly string[];
  /** Serves the connections it has to their end, and takes no more. */
  readonly graceful: NodeJS.Signals;
}

interface Files {
  readonly directory: string;
  readonly port: number;
  /** One file with certificate and key. */
  readonly pem: string;
}

const HAPROXY: Kind = {
  command: '/usr/sbin/haproxy',
  args: (config) => ['-db', '-q', '-f', config],
  graceful: 'SIGUSR1',
  config: ({ serverPort, connectSeconds = 1, serverConnections, frontConnections, tls }, { port, pem }) => `
defaults
  mode tcp
  timeout connect ${connectSeconds}s
  timeout client 1m
  timeout server 1m
frontend syslog
  bind 127.0.0.1:${port}${tls === undefined ? '' : ` ssl crt ${pem}`}
  ${frontConnections === undefined ? '' : `maxconn ${frontConnections}`}
  default_backend siem
backend siem
  server one 127.0.0.1:${serverPort}${serverConnections === undefined ? '' : ` maxconn ${serverConnections}`}
`,
};

const NGINX: Kind = {
  command: '/usr/sbin/nginx',
  args: (config, directory) => ['-p', directory, '-c', config, '-e', join(directory, 'error.log')],
  graceful: 'SIGQUIT',
  config: ({ serverPort, connectSeconds = 1, serverConnections, tls }, { directory, port, pem }) => `
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off;
master_process off;
pid ${join(directory, 'pid')};
events { worker_connections 256; }
stream {
  upstream siem { server 127.0.0.1:${serverPort}${serverConnections === undefined ? '' : ` max_conns=${serverConnections}`} max_fails=0; }
  server {
    listen 127.0.0.1:${port} reuseport${tls === undefined ? '' : ` ssl; ssl_certificate ${pem}; ssl_certificate_key ${pem}`};
    proxy_connect_timeout ${connectSeconds}s;
    proxy_pass siem;
  }
}
`,
};

const KINDS = { haproxy: HAPROXY, nginx: NGINX } as const;
export type BalancerKind = keyof typeof KINDS;

/** A real load balancer in processes of its own, one after the other on the same port. */
export class Balancer {
  readonly port: number;
  readonly #kind: Kind;
  readonly #directory = temporaryDirectory('balancer');
  #child: Child | undefined;
  /** Was told to end, and still serves what it had. */
  readonly #leaving: Child[] = [];
  #configs = 0;

  static async start(kind: BalancerKind, start: BalancerStart): Promise<Balancer> {
    const balancer = new Balancer(KINDS[kind], await freePort());
    await balancer.#run(start);
    return balancer;
  }

  private constructor(kind: Kind, port: number) {
    this.#kind = kind;
    this.port = port;
  }

  /** A new process takes the port; the one before serves its connections to their end. */
  async reload(start: BalancerStart): Promise<void> {
    const before = this.#child;
    before?.signal(this.#kind.graceful);
    if (before !== undefined) this.#leaving.push(before);
    await this.#run(start);
  }

  /** The process before is ended at once, with all its connections. */
  async restart(start: BalancerStart): Promise<void> {
    await this.#child?.stop('SIGTERM');
    await this.#run(start);
  }

  async stop(): Promise<void> {
    await this.#child?.stop('SIGKILL');
    for (const child of this.#leaving) await child.stop('SIGKILL');
  }

  async #run(start: BalancerStart): Promise<void> {
    const files = { directory: this.#directory, port: this.port, pem: join(this.#directory, 'server.pem') };
    if (start.tls !== undefined) writeFileSync(files.pem, `${start.tls.cert}\n${start.tls.key}\n`, { mode: 0o600 });
    const config = join(this.#directory, `balancer-${this.#configs++}.conf`);
    writeFileSync(config, this.#kind.config(start, files));
    const { command, args } = this.#kind;
    this.#child = await Child.start(
      command,
      args(config, this.#directory),
      `${command} is not installed: run .ci/install-peers`,
    );
    await this.#child.listening(this.port);
  }
}
