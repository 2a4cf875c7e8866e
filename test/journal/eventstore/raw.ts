import { createHash } from 'node:crypto';
import {
  EventStoreDBClient,
  jsonEvent,
  type AppendResult,
  type EventData,
  type ResolvedEvent,
  type StreamSubscription,
} from '@eventstore/db-client';
import type { Test } from 'tap';
import { standIn, type StandIn, type StandInOptions } from '../../support/eventstore/index.ts';

/** The real client, as it is, before any adapter. */

export const STREAM = 'ledger-medway';
const LEADER = { requiresLeader: true };

/** Runs one story over the stream for batches, and once more with each append a call of its own. */
export function overBothPaths(
  t: Test,
  name: string,
  story: (t: Test, server: StandIn, client: EventStoreDBClient) => Promise<void>,
  options: StandInOptions = {},
): void {
  for (const batches of [true, false]) {
    t.test(`${name}, ${batches ? 'in batches' : 'one by one'}`, async (t) => {
      const server = await standIn(t, { ...options, batches });
      await story(t, server, clientFor(t, server));
    });
  }
}

/** A client that is disposed of when the test ends. */
export function clientFor(
  t: Test,
  { url }: { readonly url: string },
  more = '',
): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(url + more);
  t.teardown(() => client.dispose());
  return client;
}

/** An event whose id is made from a name: the same name, the same id. */
export function named(name: string, said = name): EventData {
  const hex = createHash('sha256').update(name).digest('hex');
  const id = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return jsonEvent({
    id: [...id, hex.slice(20, 32)].join('-'),
    type: 'NoteTaken',
    data: { said },
  });
}

export function append(
  client: EventStoreDBClient,
  names: readonly string[],
  expected: bigint | 'no_stream' | 'any' | 'stream_exists' = 'no_stream',
): Promise<AppendResult> {
  const appended = client.appendToStream(
    STREAM,
    names.map((name) => named(name)),
    { expectedRevision: expected, ...LEADER },
  );
  // What is left unanswered may fail long after its test: when another client's stream breaks.
  appended.catch(() => undefined);
  return appended;
}

/** What an append failed with. */
export async function failure(appended: Promise<unknown>): Promise<Error & Failure> {
  try {
    await appended;
  } catch (error) {
    return error as Error & Failure;
  }
  throw new Error('it did not fail');
}

export type Failure = {
  readonly type?: string;
  readonly code?: number;
  readonly actualVersion?: bigint | 'no_stream';
  readonly leader?: { readonly address: string; readonly port: number };
};

/** What the stored events say, in order. */
export function said(server: StandIn, stream = STREAM): string[] {
  return server.stream(stream).map(({ data }) => saying(JSON.parse(Buffer.from(data).toString())));
}

export function saying(data: unknown): string {
  return (data as { said: string }).said;
}

/** What is read, in order. */
export async function readAll(
  client: EventStoreDBClient,
  options: Parameters<EventStoreDBClient['readStream']>[1] = {},
): Promise<string[]> {
  const read: string[] = [];
  for await (const event of client.readStream(STREAM, { ...options, ...LEADER })) {
    read.push(saying(event.event?.data));
  }
  return read;
}

/** A subscription, and what it was sent. */
export type Heard = {
  readonly subscription: StreamSubscription;
  readonly heard: string[];
  /** Resolves once so many events were heard. */
  until(count: number): Promise<void>;
  readonly caughtUp: Promise<unknown>;
  /** How it ended: with an error, or with none. */
  readonly ended: Promise<(Error & Failure) | undefined>;
};

export function hear(client: EventStoreDBClient, fromRevision?: bigint | 'end'): Heard {
  const from = fromRevision === undefined ? {} : { fromRevision };
  const subscription = client.subscribeToStream(STREAM, { ...from, ...LEADER });
  const heard: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  subscription.on('data', ({ event }: ResolvedEvent) => {
    heard.push(saying(event?.data));
    for (const { count, resolve } of waiting) if (heard.length >= count) resolve();
  });
  return {
    subscription,
    heard,
    until: (count) =>
      new Promise((resolve) => {
        if (heard.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    caughtUp: new Promise((resolve) => subscription.once('caughtUp', resolve)),
    ended: new Promise((resolve) => {
      subscription.once('error', (error: Error & Failure) => resolve(error));
      subscription.once('end', () => resolve(undefined));
    }),
  };
}

/** Whether a promise has settled, once all that is due now has happened. */
export async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  const mark = () => {
    done = true;
  };
  promise.then(mark, mark);
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}
