import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import type { Recorded } from '../../schemas/events/index.ts';
import type { Account } from '../../schemas/ids.ts';
import { Balances } from '../../projections/balances.ts';
import { Projections } from '../../projections/index.ts';
import { histories } from '../support/histories.ts';

const ALL = await histories();

t.test('every projection', async (t) => {
  for (const [index, stream] of ALL.entries()) {
    const rebuilt = dump(once(stream), stream);

    const live = new Projections();
    for (let from = 0; from < stream.length; from += 3) live.apply(stream.slice(from, from + 3));
    t.equal(dump(live, stream), rebuilt, `${index}: rebuilt is as it was live`);

    const twice = new Projections();
    for (const one of stream) twice.apply([one, one]);
    twice.apply(stream);
    t.equal(
      dump(twice, stream),
      rebuilt,
      `${index}: takes each event once, however often it comes`,
    );
  }
});

t.test('balances', async (t) => {
  for (const [index, stream] of ALL.entries()) {
    const balances = new Balances();
    for (const one of stream) balances.apply(one);
    const { entries } = once(stream);
    const all = [...balances.all()];
    t.ok(
      all.every(([account, balance]) => entries.balance(account) === balance),
      `${index}: are those of the entries`,
    );
    for (const one of stream) balances.apply(one);
    t.same([...balances.all()], all, `${index}: are counted once`);
    t.same([balances.sum(), entries.sum()], [0, 0], `${index}: sum to zero`);
    t.same(balances.of('wallet:nobody'), 0, `${index}: are zero where nothing was`);
  }
});

function once(stream: readonly Recorded[]): Projections {
  const projections = new Projections();
  projections.apply(stream);
  return projections;
}

/** All that projections would answer, in one text. */
function dump(projections: Projections, stream: readonly Recorded[]): string {
  const { entries, funds, issuing, directory, reversals, holds, references } = projections;
  const { organisations, venues, offers, members, accesses, networks } = directory;
  const heldOf = (account: Account) => holds.heldOf(account);
  return canonical({
    revisions: [entries.revision, issuing.revision, directory.revision, reversals.revision],
    entries: [...entries.accounts()].map((account) => [account, [...entries.before(account)]]),
    transactions: entries.transactions,
    funds: [funds.revision, funds.cells()],
    issuing: issuing.cells(),
    directory: [organisations, venues, offers, members, accesses, networks].map((table) => [
      ...table,
    ]),
    members: [undefined, ...organisations.keys()].map((id) => directory.membersOf(id)),
    reversals: stream.map(({ revision }) => reversals.of(revision)),
    holds: [holds.revision, [...holds.open()], [...entries.accounts()].map(heldOf)],
    references: [references.revision, stream.map((one) => borneWith(references, one))],
    ended: stream.map(({ revision }) => holds.endOf(revision) ?? 0),
  });
}

/** The events that bear the reference of one, at its till. */
function borneWith(references: Projections['references'], { event }: Recorded): number[] {
  const { reference, credit } = event.data as { reference?: string; credit?: Account };
  return reference && credit ? [...references.candidates(credit, reference)] : [];
}
