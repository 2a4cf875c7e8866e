import { canonical } from '../../schemas/canonical.ts';
import type { Recorded } from '../../schemas/events/index.ts';
import type { Account } from '../../schemas/ids.ts';
import { Projections } from '../../projections/index.ts';
import type { Choices } from '../../scripts/demo/random.ts';
import { evolve } from '../../src/ledger/evolve.ts';
import type { Service } from '../../src/service.ts';
import { answersAs, listedLedger } from '../support/books.ts';
import type { Books } from '../support/modelBooks.ts';
import type { Fold } from './fold.ts';
import { same, Wrong } from './trace.ts';

/** Any reader at any moment: one account, now and as it was, is what the stream comes to. */
export function readOne(fold: Fold, service: Service, choices: Choices): string {
  const revision = revisionOf(fold, service);
  const accounts = [...fold.balances().keys()];
  if (accounts.length === 0) return 'nothing';
  const account = choices.pick(accounts);
  const { entries } = service.projections;
  const expected = fold.entries(account, revision);
  const found = [...entries.before(account).take(expected.length + 1)].toReversed();
  const bare = found.map(({ occurredOn: _, ...rest }) => rest);
  same(`the entries of ${account} at ${revision}`, expected.map(ordered), bare.map(ordered));
  const at = choices.below(revision + 1);
  const before = fold.balance(account, at);
  same(`the balance of ${account} as at ${at}`, before, entries.balance(account, at));
  return `${account} at ${revision}`;
}

/** Every balance of a service is what the stream comes to at its revision. */
export function readBalances(fold: Fold, service: Service): void {
  const revision = revisionOf(fold, service);
  const { entries } = service.projections;
  const live = service.sequencer.ledger;
  for (const [account, balance] of fold.balances(revision)) {
    const found = [entries.balance(account), live.balances.get(account) ?? 0];
    same(`the balance of ${account} at ${revision}`, [balance, balance], found);
  }
  same('the sum of balances', 0, entries.sum());
}

/** Whatever a service would answer is what one would that was just started. */
export function readAll(fold: Fold, service: Service): void {
  readBalances(fold, service);
  const live = service.sequencer.ledger;
  const { revision } = live;
  const recorded = fold.events.slice(0, revision + 1).map((event, at) => ({ revision: at, event }));
  const rebuilt = new Projections();
  rebuilt.apply(recorded);
  same(
    `the projections at ${revision}`,
    shown(rebuilt, recorded),
    shown(service.projections, recorded),
  );
  const listed = listedLedger();
  for (const one of recorded) evolve(listed, one);
  same(`the state at ${revision} is as rebuilt`, true, answersAs(live, listed));
}

/** What is held is what the naive ledger's open bookings come to. */
export function readHeld(books: Books, service: Service): void {
  const held: Record<string, number> = {};
  for (const { account, amount, ended } of Object.values(books.holds)) {
    if (ended === undefined) held[account] = (held[account] ?? 0) + amount;
  }
  for (const account of Object.keys(books.balances)) {
    const expected = held[account] ?? 0;
    same(`what is held of ${account}`, expected, service.projections.holds.heldOf(account));
  }
}

/** The revision that a service shows, which is durable and one for all that it shows. */
function revisionOf(fold: Fold, { projections, sequencer }: Service): number {
  const { revision } = sequencer.ledger;
  if (revision > fold.revision) throw new Wrong('a revision shown', fold.revision, revision);
  const { entries, funds, issuing, directory, reversals, holds } = projections;
  const all = [entries, funds, issuing, directory, reversals, holds];
  same(
    'the revisions of projections',
    all.map(() => revision),
    all.map((one) => one.revision),
  );
  return revision;
}

/** All that projections would answer. */
function shown(projections: Projections, recorded: readonly Recorded[]): string {
  const { entries, funds, issuing, directory, reversals, holds } = projections;
  const { organisations, venues, members, offers, accesses, networks } = directory;
  const tables = [organisations, venues, members, offers, accesses, networks];
  return canonical({
    entries: [...entries.accounts()].map((account) => [
      account,
      linesOf(entries, account, recorded.length),
    ]),
    transactions: entries.transactions,
    funds: funds.cells(),
    issuing: issuing.cells(),
    directory: tables.map((table) => [...table]),
    reversals: recorded.map(({ revision }) => reversals.of(revision)),
    holds: [...holds.open()],
  });
}

/** The lines of an account, and not without end where a chain of them has none. */
function linesOf(entries: Projections['entries'], account: Account, most: number) {
  return [...entries.before(account).take(2 * most)];
}

function ordered({ revision, amount, balance }: Record<'revision' | 'amount' | 'balance', number>) {
  return [revision, amount, balance];
}
