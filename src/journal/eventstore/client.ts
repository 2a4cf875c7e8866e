import { EventStoreDBClient } from '@eventstore/db-client';
import { UnusableJournalError } from '../journal.ts';

/** What a connection string may get wrong without its words, or a password, being repeated. */
const SAFE_TO_REPEAT = /^(Failed to load certificate|userCertFile must)/;

type Channel = { close(): void };
/** What the client's own code calls on itself, and what is mended here. */
type Inner = {
  readonly getChannel: () => Promise<Channel>;
  readonly handleError: (...given: readonly unknown[]) => Promise<void>;
};

export type OpenClient = {
  readonly client: EventStoreDBClient;
  /** Ends what it has running, and its connection, which `dispose` leaves to time. */
  readonly close: () => Promise<void>;
};

/**
 * A client of the server, with two mends of 6.2.1.
 *
 * It appends one call at a time and never over the stream for batches: all clients of a process
 * share one table of the batches that wait, and a stream that breaks rejects every one of them;
 * the answer to a batch that was rejected so then ends the process. A call of its own also has a
 * deadline, and an error that is surely its own.
 *
 * What fails while it reconnects is told by the call that fails; the client itself lets it go
 * unhandled as well, which would end the process.
 * @throws UnusableJournalError for a connection string that it does not understand
 */
export function openClient(url: string): OpenClient {
  const client = clientOf(url);
  const { getChannel, handleError } = client as unknown as Inner;
  let channel: Channel | undefined;
  Object.assign(client, {
    supports: async () => false,
    getChannel: async () => (channel = await getChannel()),
    handleError: (...given: readonly unknown[]) => handleError(...given).catch(() => undefined),
  });
  const close = async () => {
    await client.dispose();
    channel?.close();
  };
  return { client, close };
}

function clientOf(url: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(url);
  } catch (error) {
    const { message } = error as Error;
    const why = SAFE_TO_REPEAT.test(message)
      ? message
      : 'it is no connection string, such as esdb://127.0.0.1:2113?tls=false';
    throw new UnusableJournalError('that JOURNAL_URL names', why);
  }
}
