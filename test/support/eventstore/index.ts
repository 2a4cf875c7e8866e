import type { Test } from 'tap';
import type { Context } from './context.ts';
import { Faults, type Endpoint } from './faults.ts';
import { Seen } from './seen.ts';
import { addServices, type Member } from './services.ts';
import { Store, type Stored } from './store.ts';
import { Stranger } from './stranger.ts';
import { Wire } from './wire.ts';

export type { Broken, Endpoint, Method, Scope, Switched, When } from './faults.ts';
export type { Call } from './seen.ts';
export type { Member } from './services.ts';
export type { Stored } from './store.ts';
export type { StrangeEvent } from './stranger.ts';

export type StandInOptions = {
  /** Whether batches are advertised; they are unless this says no. */
  readonly batches?: boolean;
  /** The server's MaxAppendSize, 1 MiB unless it is given. */
  readonly appendBytes_max?: number;
  /** A port of one's own choosing; a free one unless it is given. */
  readonly port?: number;
  /** Another node of the same cluster, whose streams this one has too. */
  readonly beside?: StandIn;
};

/**
 * A test double of EventStoreDB: the Streams, Gossip and ServerFeatures services of the real
 * definitions over memory, on loopback, for the real client, with faults that a test switches on.
 * It is no server: its README says what it cannot prove.
 */
export class StandIn implements Endpoint {
  readonly host = '127.0.0.1';
  readonly faults = new Faults();
  readonly seen = new Seen();
  readonly stranger: Stranger;
  /** What gossip tells; this node alone, as leader, unless a test says otherwise. */
  members: readonly Member[] | undefined;
  readonly #store: Store;
  readonly #wire: Wire;

  constructor(options: StandInOptions = {}) {
    this.#store =
      options.beside === undefined ? new Store(options.appendBytes_max) : options.beside.#store;
    this.stranger = new Stranger(this.#store);
    this.#wire = new Wire(options.port);
    const { faults, seen } = this;
    const context: Context = { store: this.#store, faults, seen, wire: this.#wire };
    addServices(context, {
      batches: options.batches ?? true,
      members: () =>
        this.members ?? [{ host: this.host, port: this.port, state: 'leader', alive: true }],
    });
  }

  get port(): number {
    return this.#wire.port;
  }

  get url(): string {
    return `esdb://${this.host}:${this.port}?tls=false`;
  }

  /** How many connections clients have to it. */
  get connections(): number {
    return this.#wire.connections;
  }

  /** Every stored event of a stream, also those that its metadata hide. */
  stream(name: string): readonly Stored[] {
    return this.#store.events(name);
  }

  /** Cuts every connection; it goes on listening. */
  cut(): void {
    this.#wire.cut();
  }

  /** Gone, as a process is that was killed: what it was told and had not done is forgotten. */
  async stop(): Promise<void> {
    this.faults.forgetWaiting();
    await this.#wire.shut();
  }

  /** There again, on the same port, with the same streams. */
  async start(): Promise<void> {
    await this.#wire.open();
  }

  /** Gone for good. */
  async close(): Promise<void> {
    this.faults.forgetWaiting();
    await this.#wire.close();
  }
}

/** Starts a stand-in, which ends with the test that it is given. */
export async function standIn(t?: Test, options: StandInOptions = {}): Promise<StandIn> {
  const server = new StandIn(options);
  await server.start();
  t?.teardown(() => server.close());
  return server;
}
