import { randomUUID } from 'node:crypto';

/**
 * What the stand-in keeps: streams in memory, with the order of checks that the real server goes
 * through before it appends. Nothing is durable, and no id is ever forgotten, which the real
 * server's cache for `any` and `stream_exists` does.
 */

/** What an append expects the stream to end with. */
export type Expected = number | 'no_stream' | 'any' | 'stream_exists';

export type Proposed = {
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  readonly contentType: string;
};

export type Stored = Proposed & {
  readonly revision: number;
  readonly position: bigint;
  readonly created_ms: number;
};

export type Outcome =
  /** Revision and position of the last event; those of the first time where it was a repetition. */
  | {
      readonly outcome: 'written';
      readonly revision: number;
      readonly position: bigint;
      /** It was not there before. */
      readonly fresh?: true;
    }
  /** Where the stream really ends: -1 where there is none. */
  | { readonly outcome: 'wrong-version'; readonly actual: number }
  | { readonly outcome: 'deleted' }
  | { readonly outcome: 'too-large'; readonly bytes_max: number };

export type StreamMetadata = { readonly maxCount?: number; readonly truncateBefore?: number };

type Stream = { events: Stored[]; tombstoned: boolean };

/** What somebody can be told about a stream. */
export type Listener = { grown(): void; tombstoned(): void };

/** Where the real server puts `$tb` when a stream is deleted: more than any revision. */
const SOFT_DELETED = Number.MAX_SAFE_INTEGER;

export class Store {
  readonly bytes_max: number;
  readonly #streams = new Map<string, Stream>();
  /** For each id, stream and event, for what expects no exact revision. */
  readonly #ids = new Map<string, { stream: string; event: Stored }>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #position = 0n;

  /** @param bytes_max the server's MaxAppendSize: for the whole append, not for each event */
  constructor(bytes_max = 1024 * 1024) {
    this.bytes_max = bytes_max;
  }

  /** Appends all or nothing, after the checks that the real server makes, in its order. */
  append(name: string, events: readonly Proposed[], expected: Expected): Outcome {
    const bytes = events.reduce((sum, event) => sum + sizeOnDisk(event), 0);
    if (bytes > this.bytes_max) return { outcome: 'too-large', bytes_max: this.bytes_max };
    return this.#checked(name, events, expected) ?? this.write(name, events);
  }

  /** What answers an append before anything is written; nothing where it may be written. */
  #checked(name: string, events: readonly Proposed[], expected: Expected): Outcome | undefined {
    const stream = this.#streams.get(name);
    if (stream?.tombstoned === true) return { outcome: 'deleted' };
    const last = (stream?.events.length ?? 0) - 1;
    const wrong = { outcome: 'wrong-version', actual: last } as const;
    if (expected === 'any' || expected === 'stream_exists') {
      if (expected === 'stream_exists') {
        if (this.#softDeleted(name)) return { outcome: 'deleted' };
        if (last < 0 && this.lastRevision(`$$${name}`) < 0) return wrong;
      }
      return this.#repeatedAnywhere(name, events, wrong);
    }
    const after = expected === 'no_stream' ? -1 : expected;
    if (after > last) return wrong;
    if (after === last) return undefined;
    // Ids are compared one by one, from the expected revision on; the bytes never are.
    const same = events.findIndex(({ id }, index) => stream?.events[after + 1 + index]?.id !== id);
    if (same === -1 && events.length > 0) return writtenAt(stream!.events[after + events.length]!);
    if (same === 0 && after === -1 && this.#softDeleted(name)) return undefined;
    return wrong;
  }

  #repeatedAnywhere(
    name: string,
    events: readonly Proposed[],
    wrong: Outcome,
  ): Outcome | undefined {
    const found = events.map(({ id }) => this.#ids.get(id));
    const unknown = found.findIndex((known) => known?.stream !== name);
    if (unknown === 0 || events.length === 0) return undefined;
    return unknown === -1 ? writtenAt(found.at(-1)!.event) : wrong;
  }

  /** Writes without any check, and tells who listens. */
  write(name: string, events: readonly Proposed[]): Outcome {
    const stream = this.#streams.get(name) ?? { events: [], tombstoned: false };
    if (this.#softDeleted(name)) this.setMetadata(name, { truncateBefore: stream.events.length });
    for (const event of events) {
      const revision = stream.events.length;
      const stored = { ...event, revision, position: this.#position, created_ms: Date.now() };
      this.#position += BigInt(sizeOnDisk(event) + 100);
      stream.events.push(stored);
      this.#ids.set(event.id, { stream: name, event: stored });
    }
    this.#streams.set(name, stream);
    for (const listener of this.#listeners.get(name) ?? []) listener.grown();
    const last = stream.events.at(-1);
    return last === undefined
      ? { outcome: 'written', revision: -1, position: this.#position }
      : { ...writtenAt(last), fresh: true };
  }

  /** Every stored event of a stream, whatever its metadata hide. */
  events(name: string): readonly Stored[] {
    return this.#streams.get(name)?.events ?? [];
  }

  lastRevision(name: string): number {
    return this.events(name).length - 1;
  }

  /** What a reader finds: nothing there, gone for good, or the first revision it may see. */
  readable(name: string): { first: number; last: number } | 'not-found' | 'deleted' {
    const stream = this.#streams.get(name);
    if (stream?.tombstoned === true) return 'deleted';
    if (stream === undefined || stream.events.length === 0) return 'not-found';
    const { maxCount = Infinity, truncateBefore = 0 } = this.metadata(name);
    if (truncateBefore === SOFT_DELETED) return 'not-found';
    const last = stream.events.length - 1;
    return { first: Math.max(truncateBefore, last - maxCount + 1, 0), last };
  }

  /** Deletes a stream: softly, so that it may be written to again, or for good. */
  delete(name: string, expected: Expected, forGood: boolean): Outcome {
    const checked = this.#checked(name, [], expected);
    if (checked !== undefined) return checked;
    if (!forGood) {
      this.setMetadata(name, { truncateBefore: SOFT_DELETED });
      return { outcome: 'written', revision: this.lastRevision(name), position: this.#position };
    }
    this.#streams.set(name, { events: [], tombstoned: true });
    for (const listener of this.#listeners.get(name) ?? []) listener.tombstoned();
    return { outcome: 'written', revision: -1, position: this.#position };
  }

  /** What the last event of the stream's metadata stream says. */
  metadata(name: string): StreamMetadata {
    const last = this.events(`$$${name}`).at(-1);
    if (last === undefined || name.startsWith('$$')) return {};
    const said = JSON.parse(Buffer.from(last.data).toString('utf8')) as Record<string, unknown>;
    const { $maxCount, $tb } = said;
    return {
      ...(typeof $maxCount === 'number' ? { maxCount: $maxCount } : {}),
      ...(typeof $tb === 'number' ? { truncateBefore: $tb } : {}),
    };
  }

  setMetadata(name: string, { maxCount, truncateBefore }: StreamMetadata): void {
    const data = Buffer.from(JSON.stringify({ $maxCount: maxCount, $tb: truncateBefore }));
    this.write(`$$${name}`, [
      {
        id: randomUUID(),
        type: '$metadata',
        data,
        metadata: Buffer.alloc(0),
        contentType: 'application/json',
      },
    ]);
  }

  /** Puts other events where those of a stream were, and tells nobody. */
  overwrite(name: string, events: readonly Stored[]): void {
    this.#streams.set(name, { events: [...events], tombstoned: false });
  }

  /** Tells a listener about a stream until what is given back is called. */
  listen(name: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set<Listener>();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  #softDeleted(name: string): boolean {
    return this.metadata(name).truncateBefore === SOFT_DELETED;
  }
}

function writtenAt({ revision, position }: Stored) {
  return { outcome: 'written', revision, position } as const;
}

/** As the server counts it: two bytes for each character of the type. */
function sizeOnDisk({ type, data, metadata }: Proposed): number {
  return type.length * 2 + data.length + metadata.length;
}
