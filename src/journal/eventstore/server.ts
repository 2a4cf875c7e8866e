import {
  BACKWARDS,
  END,
  FORWARDS,
  jsonEvent,
  NO_STREAM,
  START,
  type ResolvedEvent,
} from '@eventstore/db-client';
import type { StreamEvent } from '../../../schemas/events/index.ts';
import { openClient, type OpenClient } from './client.ts';
import { faultOf, type Fault } from './faults.ts';
import { eventId, received, type Received } from './received.ts';
import { TimedOutError, within, type Time } from './time.ts';

/** What became of one call to append; `refused` is certain, and nothing was written. */
export type Sent =
  | { readonly outcome: 'written' | 'conflict' }
  | { readonly outcome: 'refused'; readonly fault: Fault }
  | { readonly outcome: 'unknown'; readonly why: string };

/** The server could not be asked, or did not answer. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.why);
    this.fault = fault;
  }
}

/** Longer than the two seconds after which the server itself gives up on a write. */
const APPEND_MS = 3_000;
const READ_MS = 2_000;
const PAGE_MS = 10_000;
/** Not of ours: with the server's clock beside ours, for what the client leaves behind. */
const DEADLINE_MS = 10_000;

const CUT_SHORT: Fault = {
  certain: false,
  lasting: false,
  deleted: false,
  why: 'no answer before the connection was made anew',
};

/**
 * The one place that talks to the server: one stream, every call to the leader and with a limit
 * of its own. After a call without an answer the connection is made anew, in case it was that.
 */
export class Server {
  readonly stream: string;
  readonly #url: string;
  readonly #time: Time;
  #open: OpenClient;

  /** @throws UnusableJournalError for a connection string that cannot be understood */
  constructor(url: string, stream: string, time: Time) {
    this.stream = stream;
    this.#url = url;
    this.#time = time;
    this.#open = openClient(url);
  }

  /** Appends all lines after exactly this revision, or none. */
  async append(lines: readonly string[], expectedRevision: number): Promise<Sent> {
    const events = lines.map((line, index) => {
      const data = JSON.parse(line) as StreamEvent;
      const id = eventId(this.stream, expectedRevision + 1 + index, line);
      return jsonEvent({ id, type: data.type, data });
    });
    const options = {
      expectedRevision: expectedRevision === -1 ? NO_STREAM : BigInt(expectedRevision),
      requiresLeader: true,
      deadline: DEADLINE_MS,
    } as const;
    const open = this.#open;
    try {
      const sending = open.client.appendToStream(this.stream, events, options);
      const { success, nextExpectedRevision } = await within(this.#time, APPEND_MS, sending);
      if (!success) return { outcome: 'conflict' };
      const last = Number(nextExpectedRevision);
      if (last === expectedRevision + lines.length) return { outcome: 'written' };
      return { outcome: 'unknown', why: `the server says that it was written up to ${last}` };
    } catch (error) {
      if ((error as { type?: string }).type === 'wrong-expected-version') {
        return { outcome: 'conflict' };
      }
      this.#renewAfter(error, open);
      const fault = faultOf(error);
      if (fault.certain) return { outcome: 'refused', fault };
      return { outcome: 'unknown', why: fault.why };
    }
  }

  /**
   * The last event of the stream, if there is one.
   * @throws ServerError
   */
  async last(): Promise<Received | undefined> {
    const [last] = await this.#read({ direction: BACKWARDS, fromRevision: END, maxCount: 1 });
    return last;
  }

  /**
   * Some events in a row, from a revision on or from the first that can be read after it.
   * @throws ServerError
   */
  from(revision: number, count: number): Promise<Received[]> {
    const fromRevision = revision === 0 ? START : BigInt(revision);
    return this.#read({ direction: FORWARDS, fromRevision, maxCount: count });
  }

  /**
   * Hears events after a revision as they are written, until it is told to stop or the server
   * ends it, which it may do without a word.
   * @throws ServerError
   */
  subscribe(
    afterRevision: number,
    heard: (event: ResolvedEvent) => Promise<void> | void,
  ): { readonly ended: Promise<void>; readonly stop: () => void } {
    const subscription = this.#open.client.subscribeToStream(this.stream, {
      fromRevision: afterRevision === -1 ? START : BigInt(afterRevision),
      requiresLeader: true,
    });
    // What fails once nobody hears it any more must not end the process.
    subscription.on('error', () => undefined);
    let stopped = false;
    const stop = () => {
      stopped = true;
      subscription.destroy();
      subscription.unsubscribe().catch(() => undefined);
    };
    const hear = async () => {
      try {
        for await (const event of subscription) await heard(event);
      } catch (error) {
        if (!stopped) throw serverError(error);
      } finally {
        stop();
      }
    };
    return { ended: hear(), stop };
  }

  /** What a resolved event says that came from a subscription. */
  received({ event }: ResolvedEvent): Received | undefined {
    return event && received(this.stream, event);
  }

  async close(): Promise<void> {
    await this.#open.close();
  }

  async #read(options: {
    readonly direction: typeof FORWARDS | typeof BACKWARDS;
    readonly fromRevision: typeof START | typeof END | bigint;
    readonly maxCount: number;
  }): Promise<Received[]> {
    const open = this.#open;
    const reading = open.client.readStream(this.stream, { ...options, requiresLeader: true });
    reading.on('error', () => undefined);
    const read = async () => {
      const events: Received[] = [];
      for await (const { event } of reading) {
        if (event !== undefined) events.push(received(this.stream, event));
      }
      return events;
    };
    try {
      const events = await within(this.#time, options.maxCount > 1 ? PAGE_MS : READ_MS, read());
      // A client that is closed ends its reads as if there were no more events.
      if (open !== this.#open) throw new ServerError(CUT_SHORT);
      return events;
    } catch (error) {
      if ((error as { type?: string }).type === 'stream-not-found') return [];
      reading.cancel().catch(() => undefined);
      this.#renewAfter(error, open);
      throw serverError(error);
    }
  }

  #renewAfter(error: unknown, used: OpenClient): void {
    if (!(error instanceof TimedOutError) || used !== this.#open) return;
    this.#open = openClient(this.#url);
    used.close().catch(() => undefined);
  }
}

function serverError(error: unknown): ServerError {
  return error instanceof ServerError ? error : new ServerError(faultOf(error));
}
