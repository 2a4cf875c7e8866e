import { credits, type Hundredths } from '../schemas/amounts.ts';
import type { Recorded, StreamEvent } from '../schemas/events/index.ts';
import type { EntryKind } from '../schemas/http/statement.ts';
import { kindOf, transactionIdAt, type Account, type TransactionId } from '../schemas/ids.ts';
import type { Day } from '../schemas/time.ts';
import type { Entry, Span } from './entries.ts';

/** One entry of a statement with the words of its event. */
export type StatementLine = {
  readonly number: number;
  readonly revision: number;
  readonly transactionId: TransactionId;
  readonly recordedAt: string;
  readonly occurredOn: Day;
  readonly kind: EntryKind;
  readonly account: Account;
  readonly credits: string;
  readonly balance: string;
  readonly reference?: string | undefined;
  readonly terminal?: string | undefined;
  readonly party?: Party | undefined;
  readonly reverses?: TransactionId | undefined;
};
type Party = { readonly adults: number; readonly under16s: number };

/** What the entries of one kind come to on one account. */
export type StatementTotal = {
  readonly account: Account;
  readonly kind: EntryKind;
  readonly entries: number;
  readonly credits: string;
};

/** What an entry is by the type of its event; also of types that are yet to come. */
const KINDS: Readonly<Record<string, EntryKind>> = {
  AllocationReturned: 'return',
  CreditsAllocated: 'allocation',
  CreditsBroughtForward: 'opening',
  CreditsIssued: 'issue',
  CreditsRedeemed: 'redemption',
  CreditsTransferred: 'transfer',
  HoldCaptured: 'capture',
  MemberClosed: 'rest',
  MemberReopened: 'rest',
  MembersMerged: 'merge',
  MembersSeparated: 'merge',
  OrganisationClosed: 'rest',
  OrganisationReopened: 'rest',
  TillSettled: 'settlement',
  VisitRecorded: 'visit',
};

/**
 * What an entry is called: a venue gives a refund, a coordinator makes a correction.
 * @throws Error for an event that moves no credits, or whose kind has no name here, a bug
 */
export function kindOfEntry({ type, data }: StreamEvent): EntryKind {
  const refund = type === 'TransactionReversed' && kindOf(data.debit ?? '') === 'till';
  const reversal = refund ? 'refund' : 'correction';
  const kind = type === 'TransactionReversed' ? reversal : KINDS[type];
  if (kind === undefined) throw new Error(`an entry of ${type} has no kind`);
  return kind;
}

/** The revisions of all entries, each once, in rising order. */
export function revisionsIn(spans: readonly Span[]): number[] {
  const revisions = entriesIn(spans).map(({ revision }) => revision);
  return revisions.filter((revision, index) => revision !== revisions[index - 1]);
}

/**
 * The lines of a statement: the entries of all accounts in the order of the stream. Where an event
 * moves credits between two of them, what is taken out stands before what is put in.
 * @param recorded the events at `revisionsIn` the spans
 */
export function linesOf(spans: readonly Span[], recorded: readonly Recorded[]): StatementLine[] {
  let at = 0;
  return entriesIn(spans).map(({ account, revision, amount, balance, occurredOn }, index) => {
    while (recorded[at]!.revision < revision) at += 1;
    const { event } = recorded[at]!;
    const { reference, terminal, party, reverses } = event.data as Partial<StatementLine>;
    return {
      number: index + 1,
      revision,
      transactionId: transactionIdAt(revision, event.command.id),
      recordedAt: event.recordedAt,
      occurredOn,
      kind: kindOfEntry(event),
      account,
      credits: credits(amount),
      balance: credits(balance),
      reference,
      terminal,
      party,
      reverses,
    };
  });
}

/** Totals for each account and kind, in the order of the accounts and the alphabet. */
export function totalsOf(
  spans: readonly Span[],
  recorded: readonly Recorded[],
): readonly StatementTotal[] {
  const kinds = new Map(recorded.map(({ revision, event }) => [revision, kindOfEntry(event)]));
  return spans.flatMap(({ account, entries }) => {
    const sums = new Map<EntryKind, { entries: number; amount: Hundredths }>();
    for (const { revision, amount } of entries) {
      const kind = kinds.get(revision)!;
      const sum = sums.get(kind) ?? { entries: 0, amount: 0 };
      sums.set(kind, { entries: sum.entries + 1, amount: sum.amount + amount });
    }
    return [...sums]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, { entries: count, amount }]) => ({
        account,
        kind,
        entries: count,
        credits: credits(amount),
      }));
  });
}

type AccountEntry = Entry & { readonly account: Account };

function entriesIn(spans: readonly Span[]): readonly AccountEntry[] {
  const all = spans.flatMap(({ account, entries }) =>
    entries.map((entry) => ({ ...entry, account })),
  );
  return spans.length === 1 ? all : all.toSorted(byRevision);
}

function byRevision(one: AccountEntry, other: AccountEntry): number {
  return one.revision - other.revision || one.amount - other.amount;
}
