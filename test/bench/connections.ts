import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * Connections that stay open, with one request under way on each. Knows just enough of HTTP/1.1 to talk to our servers:
 * on a machine of few cores a real client would take more time than what is to be measured.
 */
export class Connections {
  private constructor(
    private readonly free: Connection[],
    private readonly head: string,
  ) {}

  static async open(url: string, count: number, headers: Readonly<Record<string, string>> = {}): Promise<Connections> {
    const { hostname, port, host } = new URL(url);
    const lines = Object.entries({ host, 'content-type': 'application/json', ...headers });
    const connections = Array.from({ length: count }, () => Connection.open(hostname, Number(port)));
    return new Connections(
      await Promise.all(connections),
      lines.map(([name, value]) => `${name}: ${value}\r\n`).join(''),
    );
  }

  /** The body of the answer; rejects when its status is not 200. As many at once as there are connections. */
  async post(path: string, body: string): Promise<string> {
    const connection = this.free.pop();
    if (!connection) throw new Error('Every connection is busy.');
    const request = `POST ${path} HTTP/1.1\r\n${this.head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    const answer = await connection.send(request);
    this.free.push(connection);
    return answer;
  }

  close(): void {
    for (const connection of this.free) connection.close();
  }
}

class Connection {
  private received = '';
  private waiting: { resolve: (body: string) => void; reject: (error: Error) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true).setEncoding('latin1'); // one character per byte: lengths are counted in bytes
    socket.on('data', (text: string) => this.read(text));
    socket.on('close', () => this.waiting?.reject(new Error('The server closed the connection.')));
    socket.on('error', () => undefined);
  }

  static async open(host: string, port: number): Promise<Connection> {
    const socket = connect({ host, port });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  send(request: string): Promise<string> {
    if (this.socket.destroyed) return Promise.reject(new Error('The server has closed the connection.'));
    this.socket.write(request);
    return new Promise((resolve, reject) => (this.waiting = { resolve, reject }));
  }

  close(): void {
    this.socket.destroy();
  }

  private read(text: string): void {
    this.received += text;
    const end = this.received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(this.received.slice(0, end))?.[1];
    if (length !== undefined && this.received.length < end + 4 + Number(length)) return;
    const answer = this.received;
    this.received = '';
    if (length === undefined || !answer.startsWith('HTTP/1.1 200')) {
      this.waiting?.reject(new Error(`The server answers: ${answer.slice(0, 500)}`));
    } else this.waiting?.resolve(answer.slice(end + 4));
  }
}
