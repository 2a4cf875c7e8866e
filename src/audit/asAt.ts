import { join } from 'node:path';
import { hundredths, type Hundredths } from '../../schemas/amounts.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { holderOf, kindOf, type Account } from '../../schemas/ids.ts';
import { EventsFile } from './lines.ts';
import { sidesOf } from './model/books.ts';

/** When a balance is as at; without any of them it is the newest. */
export type When = {
  readonly atRevision?: number | undefined;
  /** Milliseconds since 1970. */
  readonly recordedBy_ms?: number | undefined;
  readonly occurredBy?: string | undefined;
};

export type AsAt = {
  /** The account that it is by now: a merged wallet is the survivor's. */
  readonly account: Account;
  readonly balance: Hundredths;
  /** The last revision that was looked at; -1 where there is none. */
  readonly revision: number;
  readonly newest: number;
  /** Whether the account, or whoever would hold it, is in the stream. */
  readonly known: boolean;
};

/** The balance of an account, counted from the lines of an auditor's directory alone. */
export async function balanceAsAt(
  directory: string,
  asked: Account,
  { atRevision = Infinity, recordedBy_ms = Infinity, occurredBy }: When,
): Promise<AsAt> {
  const account = await accountByNow(directory, asked);
  const holder = holderOf(account);
  let [newest, revision, balance] = [-1, -1, 0];
  let known = account === 'programme' || account === 'lapsed';
  for await (const event of eventsIn(directory)) {
    newest += 1;
    const { debit, credit, credits } = sidesOf(event);
    known ||= debit === account || credit === account || registers(event, account, holder);
    if (newest > atRevision || Date.parse(event.recordedAt) > recordedBy_ms) continue;
    revision = newest;
    if (occurredBy !== undefined && event.occurredOn > occurredBy) continue;
    if (debit === undefined || credit === undefined || credits === undefined) continue;
    if (debit === account) balance -= hundredths(credits);
    if (credit === account) balance += hundredths(credits);
  }
  return { account, balance, revision, newest, known };
}

/** Follows merges to whoever holds the account in the end. */
async function accountByNow(directory: string, asked: Account): Promise<Account> {
  if (kindOf(asked) !== 'wallet') return asked;
  const merged = new Map<Account, Account>();
  for await (const { type, data } of eventsIn(directory, 'Members')) {
    if (type === 'MembersMerged') merged.set(`wallet:${data.from}`, `wallet:${data.into}`);
    if (type === 'MembersSeparated') merged.delete(`wallet:${data.from}`);
  }
  let account = asked;
  for (let next = merged.get(account); next !== undefined; next = merged.get(account)) {
    // What was followed is not followed again: a forger may lead round in a circle.
    merged.delete(account);
    account = next;
  }
  return account;
}

function registers({ type, data }: StreamEvent, account: Account, holder: string): boolean {
  switch (type) {
    case 'MemberEnrolled':
      return account === `wallet:${data.memberId}`;
    case 'OrganisationRegistered':
      return account === `pot:${data.organisationId}`;
    case 'VenueRegistered':
      return account === `till:${data.venueId}`;
    case 'NetworkRegistered':
      return kindOf(account) === 'clearing' && holder === data.network;
    default:
      return false;
  }
}

/** Every event, or those whose line has a word. */
async function* eventsIn(directory: string, word = ''): AsyncGenerator<StreamEvent> {
  for await (const { bytes } of new EventsFile(join(directory, 'events.ndjson')).read()) {
    for (const line of bytes.toString('utf8').split('\n')) {
      if (line !== '' && line.includes(word)) yield eventIn(line, directory);
    }
  }
}

function eventIn(line: string, directory: string): StreamEvent {
  try {
    return JSON.parse(line) as StreamEvent;
  } catch {
    throw new Error(
      `${directory}/events.ndjson has a line that is no event, so nothing can be counted. ` +
        'timecredits audit verify names it.',
    );
  }
}
