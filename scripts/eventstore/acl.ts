import { EventStoreDBClient } from '@eventstore/db-client';
import type { Acl } from './prepare.ts';

const DEADLINE_MS = 5_000;

/** Writes a stream's list of who may do what, in place of the one before. */
export async function setAcl(url: string, stream: string, acl: Acl): Promise<void> {
  const client = EventStoreDBClient.connectionString(url);
  try {
    // The client itself has no patience that ends.
    const late = AbortSignal.timeout(DEADLINE_MS);
    const tooLate = new Promise<never>((_, reject) => {
      late.addEventListener('abort', () => reject(late.reason as Error));
    });
    const options = { deadline: DEADLINE_MS, requiresLeader: true };
    await Promise.race([client.setStreamMetadata(stream, { acl }, options), tooLate]);
  } finally {
    await client.dispose();
  }
}
