import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { Server, ServerCredentials, type ConnectionInjector } from '@grpc/grpc-js';

const BYTES_MAX = 17 * 1024 * 1024;

/**
 * The server's side of the connections. Sockets are accepted here and handed to gRPC, so that one
 * of them can be cut, and the port be closed and opened again, while what the server knows stays.
 */
export class Wire {
  readonly grpc = new Server({
    'grpc.max_receive_message_length': BYTES_MAX,
    'grpc.max_send_message_length': BYTES_MAX,
  });
  readonly #injector: ConnectionInjector;
  readonly #sockets = new Map<string, Socket>();
  #listener: NetServer | undefined;
  #port: number;

  constructor(port = 0) {
    this.#port = port;
    this.#injector = this.grpc.createConnectionInjector(ServerCredentials.createInsecure());
  }

  get port(): number {
    return this.#port;
  }

  get up(): boolean {
    return this.#listener !== undefined;
  }

  /** Listens, on the port that it had before if it had one. */
  async open(): Promise<void> {
    if (this.#listener !== undefined) return;
    const listener = createServer((socket) => this.#accept(socket));
    listener.listen(this.#port, '127.0.0.1');
    await once(listener, 'listening');
    this.#port = (listener.address() as AddressInfo).port;
    this.#listener = listener;
  }

  /** Stops listening and cuts every connection. */
  async shut(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    if (listener === undefined) return;
    const closed = new Promise((resolve) => listener.close(resolve));
    this.cut();
    await closed;
  }

  /** Cuts the connection of one peer, `address:port`, or all of them. */
  cut(peer?: string): void {
    for (const [name, socket] of this.#sockets) {
      if (peer === undefined || name === peer) socket.destroy();
    }
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    await this.shut();
    this.#injector.destroy();
    this.grpc.forceShutdown();
  }

  #accept(socket: Socket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#sockets.set(peer, socket);
    socket.on('close', () => this.#sockets.delete(peer));
    // A client that went away is no fault of the server.
    socket.on('error', () => socket.destroy());
    this.#injector.injectConnection(socket);
  }
}
