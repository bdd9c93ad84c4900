import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a RELP receiver does with the `syslog` command that is the `count`-th of its session, from 1; after a broken one it takes no more. */
export type RelpAnswer = 'ok' | 'refuse' | 'ignore' | 'reset' | 'serverclose' | 'garble' | 'skip';

export interface RelpServerOptions {
  /** Default: every command is fine. */
  readonly answer?: (session: number, count: number, message: string) => RelpAnswer;
  /** The reply to `open`; default: 200 and the offers. */
  readonly open?: string;
  /** Replies come in pieces of so many bytes; default: as they are. */
  readonly pieces?: number;
}

/** RELP as librelp's server speaks it, by its own plain parser. Takes a message exactly when it answers 200. */
export class RelpServer {
  readonly messages: string[][] = [];
  readonly commands: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #options: RelpServerOptions;
  readonly #unsaid = new WeakMap<Socket, string>();
  #sessions = 0;

  private constructor(options: RelpServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async listen(options: RelpServerOptions = {}): Promise<RelpServer> {
    const made = new RelpServer(options);
    made.#server.listen(0, '127.0.0.1');
    await once(made.#server, 'listening');
    return made;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get sessions(): number {
    return this.#sessions;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket: Socket): void {
    const session = this.#sessions++;
    const taken: string[] = [];
    this.messages.push(taken);
    this.#sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    let rest = Buffer.alloc(0);
    let count = 0;
    let last = 0;
    let over = false;
    socket.on('data', (chunk: Buffer) => {
      const bytes = Buffer.concat([rest, chunk]);
      let replies = '';
      let at = 0;
      for (let frame = parse(bytes, at); frame !== undefined && !over; frame = parse(bytes, at)) {
        at = frame.next;
        if (frame.txnr !== ++last || bytes[frame.next - 1] !== 0x0a) {
          socket.end('0 serverclose 0\n');
          return;
        }
        if (frame.command !== 'syslog') {
          this.commands.push(`${frame.txnr} ${frame.command} ${frame.data}`);
          const ok = '200 OK\nrelp_version=0\nrelp_software=test\ncommands=syslog';
          const said = frame.command === 'open' ? (this.#options.open ?? ok) : '';
          replies +=
            said === '' ? `${frame.txnr} rsp 0\n0 serverclose 0\n` : `${frame.txnr} rsp ${said.length} ${said}\n`;
          if (frame.command === 'close') socket.end(replies);
          continue;
        }
        count += 1;
        const answer = this.#options.answer?.(session, count, frame.data) ?? 'ok';
        over = answer !== 'ok' && answer !== 'refuse' && answer !== 'ignore';
        if (answer === 'reset') socket.resetAndDestroy();
        else if (answer === 'serverclose') {
          // Behind all answers.
          this.#say(socket, `${replies}0 serverclose 0\n`);
          replies = '';
          socket.end();
        } else if (answer === 'garble') replies += 'what? ever\n';
        else if (answer === 'skip') replies += `${frame.txnr + 1} rsp 6 200 OK\n`;
        else if (answer === 'refuse') replies += `${frame.txnr} rsp 16 500 no room left\n`;
        else if (answer === 'ok') {
          taken.push(frame.data);
          replies += `${frame.txnr} rsp 6 200 OK\n`;
        }
      }
      rest = bytes.subarray(at);
      if (replies !== '') this.#say(socket, replies);
    });
  }

  #say(socket: Socket, replies: string): void {
    const size = this.#options.pieces;
    const waiting = this.#unsaid.get(socket) ?? '';
    this.#unsaid.set(socket, waiting + replies);
    if (waiting === '') this.#sayOn(socket, size ?? Infinity);
  }

  #sayOn(socket: Socket, size: number): void {
    const left = this.#unsaid.get(socket) ?? '';
    if (left === '' || socket.destroyed || socket.writableEnded) return;
    socket.write(left.slice(0, size), () => {
      const rest = (this.#unsaid.get(socket) ?? '').slice(size);
      this.#unsaid.set(socket, rest);
      if (rest !== '') setImmediate(() => this.#sayOn(socket, size));
    });
  }
}

interface Command {
  readonly txnr: number;
  readonly command: string;
  readonly data: string;
  readonly next: number;
}

function parse(bytes: Buffer, at: number): Command | undefined {
  const [, txnr, command = '', length, gap] =
    /^(\d{1,9}) ([a-z]{1,32}) (\d{1,9})([ \n])/.exec(bytes.toString('latin1', at, at + 64)) ?? [];
  if (txnr === undefined || length === undefined) return undefined;
  const from = at + txnr.length + command.length + length.length + 3;
  const to = gap === '\n' ? from - 1 : from + Number(length);
  if (to >= bytes.length) return undefined;
  return { txnr: Number(txnr), command, data: bytes.toString('latin1', from, to), next: to + 1 };
}
