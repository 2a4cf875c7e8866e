import { Balances } from '../../projections/balances.ts';
import { Projections } from '../../projections/index.ts';
import { credits, type Hundredths } from '../../schemas/amounts.ts';
import type { Account } from '../../schemas/ids.ts';
import { evolve } from '../ledger/evolve.ts';
import { emptyLedger } from '../ledger/state.ts';
import { sidesOf } from '../audit/model/books.ts';
import { breach, unless, type Breach, type Invariant } from '../audit/model/invariant.ts';

/** What the service decides on is what an auditor works out. */
export function ledgerAgrees(): Invariant {
  const ledger = emptyLedger();
  const balances = new Balances();
  const told = new Map<Account, Hundredths>();
  const disagreement = (account: Account): Breach | undefined => {
    const [expected, held] = [balances.of(account), ledger.balances.get(account) ?? 0];
    if (held - expected === (told.get(account) ?? 0)) return undefined;
    told.set(account, held - expected);
    return unless(credits(expected), credits(held), `the ledger to have ${account} at `);
  };
  return {
    name: 'ledger-state',
    says: "the ledger's own state agrees with the balances of a replay, on every account",
    take({ revision, event }) {
      balances.apply({ revision, event });
      evolve(ledger, { revision, event });
      const { debit, credit } = sidesOf(event);
      const sides = [debit, credit].filter((account) => account !== undefined);
      return firstOf(sides, disagreement);
    },
    end: () =>
      firstOf(
        [...balances.all()].map(([account]) => account),
        disagreement,
      ),
  };
}

/** A fold made twice, the second time with every event twice, is the same. */
export function projectionsAgree(): Invariant {
  const once = new Projections();
  const twice = new Projections();
  const cited = new Set<number>();
  return {
    name: 'projections',
    says: 'every projection is the same when it is rebuilt, also with every event twice',
    take({ revision, event }) {
      const recorded = { revision, event };
      if (event.type === 'TransactionReversed')
        cited.add(Number(event.data.reverses.split('_')[1]));
      once.apply([recorded]);
      twice.apply([recorded, recorded]);
      return undefined;
    },
    end: () =>
      sameEntries(once, twice) ??
      same('funds', once.funds.cells(), twice.funds.cells()) ??
      same('issuing', once.issuing.cells(), twice.issuing.cells()) ??
      same('directory', directoryOf(once), directoryOf(twice)) ??
      same('bookings', [...once.holds.open()], [...twice.holds.open()]) ??
      same('reversals', reversalsOf(once, cited), reversalsOf(twice, cited)),
  };
}

function sameEntries({ entries: once }: Projections, { entries: twice }: Projections) {
  const words = (account: Account, of: typeof once) =>
    of.before(account).map((entry) => JSON.stringify(entry));
  return firstOf([...once.accounts()], (account) => {
    const others = words(account, twice);
    for (const entry of words(account, once)) {
      const other = others.next();
      if (entry !== other.value) return breach(`in ${account} ${entry}`, other.value ?? 'no entry');
    }
    const surplus = others.next();
    return surplus.done === true ? undefined : breach(`no more of ${account}`, surplus.value);
  });
}

function same(name: string, once: unknown, twice: unknown): Breach | undefined {
  if (JSON.stringify(once) === JSON.stringify(twice)) return undefined;
  return breach(`the projection ${name} as it was built first`, 'another when rebuilt');
}

function directoryOf({ directory }: Projections): unknown {
  const { organisations, venues, offers, members, accesses, networks } = directory;
  return [organisations, venues, offers, members, accesses, networks].map((items) => [...items]);
}

function reversalsOf({ reversals }: Projections, cited: ReadonlySet<number>): unknown {
  return [...cited].map((revision) => reversals.of(revision));
}

function firstOf<T>(items: readonly T[], judge: (item: T) => Breach | undefined) {
  for (const item of items) {
    const found = judge(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
