import type { Server, ServerResponse, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** How many connections are open at once: in all, and from one address. */
export type ConnectionLimits = { readonly most: number; readonly perAddress: number };

/** A reader who takes no byte for this long, or a request that is not gone on with, is cut. */
export const STALLED_MS = 20_000;
/** Requests sent ahead on one connection, whose answers nobody has waited for. */
const SENT_AHEAD_MAX = 16;

type Connection = {
  readonly socket: Socket;
  readonly address: string;
  /** A key that is good was shown on it. */
  isKnown: boolean;
  underWay: number;
  /** When it last began a request, in requests of all. */
  last: number;
};

/**
 * Bounds how many connections there are. Where one more comes, the one that matters least makes
 * room: without a key before with one, and of these the one that has asked nothing for longest.
 * So readers who stall cost each other their places, and no till its own.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #all = new Map<Socket, Connection>();
  readonly #addresses = new Map<string, Set<Connection>>();
  #requests = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** How many are open. */
  get open(): number {
    return this.#all.size;
  }

  watch(server: Server): void {
    server.on('connection', (socket) => this.#opened(socket));
    server.on('request', (request, response) => this.#asked(request, response));
  }

  /** A good key was shown on a connection. */
  know(socket: Socket): void {
    const connection = this.#all.get(socket);
    if (connection !== undefined) connection.isKnown = true;
  }

  #opened(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const here = this.#addresses.get(address) ?? new Set<Connection>();
    const { most, perAddress } = this.#limits;
    if (here.size >= perAddress && !makeRoom(here)) return void socket.destroy();
    if (this.#all.size >= most && !makeRoom(this.#all.values())) return void socket.destroy();
    this.#requests += 1;
    const last = this.#requests;
    const connection = { socket, address, isKnown: false, underWay: 0, last };
    this.#all.set(socket, connection);
    this.#addresses.set(address, here.add(connection));
    socket.once('close', () => this.#closed(connection));
  }

  #closed(connection: Connection): void {
    this.#all.delete(connection.socket);
    const here = this.#addresses.get(connection.address);
    here?.delete(connection);
    if (here?.size === 0) this.#addresses.delete(connection.address);
  }

  #asked({ socket }: IncomingMessage, response: ServerResponse): void {
    const connection = this.#all.get(socket);
    if (connection === undefined) return;
    this.#requests += 1;
    connection.last = this.#requests;
    connection.underWay += 1;
    if (connection.underWay > SENT_AHEAD_MAX) return void socket.destroy();
    response.once('close', () => (connection.underWay -= 1));
  }
}

/** Closes the least of some connections; false where each has a key and a request under way. */
function makeRoom(connections: Iterable<Connection>): boolean {
  let least: Connection | undefined;
  for (const one of connections) {
    if (one.socket.destroyed || (one.isKnown && one.underWay > 0)) continue;
    if (least === undefined || isLess(one, least)) least = one;
  }
  least?.socket.destroy();
  return least !== undefined;
}

function isLess(one: Connection, other: Connection): boolean {
  if (one.isKnown !== other.isKnown) return !one.isKnown;
  return one.last < other.last;
}
