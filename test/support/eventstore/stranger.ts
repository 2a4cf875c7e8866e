import { randomUUID } from 'node:crypto';
import type { Proposed, Store, Stored, StreamMetadata } from './store.ts';

/** An event as a stranger may give it; what is left out is made up. */
export type StrangeEvent = {
  readonly type: string;
  /** Bytes and text as they are; anything else as JSON. */
  readonly data: unknown;
  readonly id?: string;
  readonly metadata?: unknown;
  readonly contentType?: string;
};

/** What others do to the server's streams behind our back: its administrators, above all. */
export class Stranger {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Appends at the end, whatever that is. */
  append(stream: string, events: StrangeEvent | readonly StrangeEvent[]): void {
    this.#store.write(stream, [events].flat().map(proposed));
  }

  /** Changes a stored event where it is, as the vendor's redaction does; nobody is told. */
  replace(stream: string, revision: number, changed: Partial<StrangeEvent>): void {
    const events = [...this.#store.events(stream)];
    const event = events[revision];
    if (event === undefined) throw new Error(`${stream} has no event at revision ${revision}`);
    events[revision] = {
      ...event,
      ...(changed.id === undefined ? {} : { id: changed.id }),
      ...(changed.type === undefined ? {} : { type: changed.type }),
      ...(changed.contentType === undefined ? {} : { contentType: changed.contentType }),
      ...(changed.data === undefined ? {} : { data: bytesOf(changed.data) }),
      ...(changed.metadata === undefined ? {} : { metadata: bytesOf(changed.metadata) }),
    };
    this.#store.overwrite(stream, events);
  }

  /** Puts zeros over the data of a stored event, of the same length. */
  redact(stream: string, revision: number): void {
    const { length } = this.#store.events(stream)[revision]?.data ?? [];
    this.replace(stream, revision, { data: Buffer.alloc(length) });
  }

  /** Leaves the first events only, as an older backup put back does; nobody is told. */
  truncate(stream: string, events: number): void {
    this.#store.overwrite(stream, this.#store.events(stream).slice(0, events));
  }

  /** Puts another stream in the place of this one; nobody is told. */
  replaceStream(stream: string, events: readonly StrangeEvent[]): void {
    this.#store.overwrite(stream, []);
    const stored = events.map((event, revision): Stored => {
      const position = BigInt(revision);
      return { ...proposed(event), revision, position, created_ms: Date.now() };
    });
    this.#store.overwrite(stream, stored);
  }

  /** Sets what hides events from readers. */
  setMetadata(stream: string, metadata: StreamMetadata): void {
    this.#store.setMetadata(stream, metadata);
  }
}

function proposed(event: StrangeEvent): Proposed {
  return {
    id: event.id ?? randomUUID(),
    type: event.type,
    data: bytesOf(event.data),
    metadata: event.metadata === undefined ? Buffer.alloc(0) : bytesOf(event.metadata),
    contentType: event.contentType ?? 'application/json',
  };
}

function bytesOf(data: unknown): Buffer {
  if (data instanceof Uint8Array) return Buffer.from(data);
  return Buffer.from(typeof data === 'string' ? data : JSON.stringify(data));
}
