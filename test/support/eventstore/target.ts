import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Journal } from '../../../src/journal/journal.ts';
import {
  eventstoreJournal,
  streamOf,
  type EventstoreOptions,
} from '../../../src/journal/eventstore/index.ts';
import { standIn, type StandIn, type StandInOptions } from './index.ts';

/** A server to test against, and a network on it that nobody else has. */
export type Target = {
  readonly url: string;
  readonly network: string;
  readonly stream: string;
  /** The stand-in, which can be made to fail; nothing where the server is a real one. */
  readonly standIn: StandIn | undefined;
};

/** The server that EVENTSTORE_URL names, if it names one; the stand-in is used otherwise. */
export const REAL_URL = process.env['EVENTSTORE_URL'] || undefined;

/** In one line, which server is tested against; no address, since it may hold a password. */
export const TESTED_AGAINST =
  REAL_URL === undefined
    ? 'EVENTSTORE_URL is not set: tested against the stand-in, not against EventStoreDB'
    : 'tested against the server that EVENTSTORE_URL names';

/** A network's name that was never used. */
export function freshNetwork(): string {
  return `test-${randomBytes(8).toString('hex')}`;
}

/** The real server, if there is one, or a stand-in that ends with the test. */
export async function target(t: Test, options: StandInOptions = {}): Promise<Target> {
  const server = REAL_URL === undefined ? await standIn(t, options) : undefined;
  return on(REAL_URL ?? server!.url, server);
}

/** A stand-in in any case, for tests that make it fail. */
export async function failingTarget(
  t: Test,
  options: StandInOptions = {},
): Promise<Target & { readonly standIn: StandIn }> {
  const server = await standIn(t, options);
  return { ...on(server.url, server), standIn: server };
}

/** A new network at the same server. */
export function onAnotherNetwork<Given extends Target>(given: Given): Given {
  const network = freshNetwork();
  return { ...given, network, stream: streamOf(network) };
}

/** Opens a journal on a target; its mirror is kept in a folder of the test's. */
export function openJournal(
  { url, network }: Target,
  folder: string,
  changed: Partial<EventstoreOptions> = {},
): Promise<Journal> {
  return eventstoreJournal({
    url,
    network,
    file: join(folder, 'ledger-mirror.sqlite'),
    random: (bytes) => randomBytes(bytes),
    log: () => undefined,
    ...changed,
  });
}

function on(url: string, server: StandIn | undefined): Target {
  const network = freshNetwork();
  return { url, network, stream: streamOf(network), standIn: server };
}
