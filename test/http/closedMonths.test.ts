import fc from 'fast-check';
import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { calendarIn, milliseconds, monthOf } from '../../schemas/time.ts';
import { statementOf, type Holder, type Statement } from '../../src/http/statements.ts';
import { configFrom } from '../../src/config.ts';
import { openService } from '../../src/service.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { kindOfEntry } from '../../projections/statement.ts';
import { movementOf } from '../../projections/movement.ts';
import { eventSchemas, type Recorded, type StreamEvent } from '../../schemas/events/index.ts';
import { hundredths } from '../../schemas/amounts.ts';
import { accountOf } from '../../schemas/ids.ts';
import { readFileSync } from 'node:fs';
import { carriedOut, monthEnds } from '../support/monthEnds.ts';
import { organisationId, venueId } from '../support/past.ts';
import { seeded } from '../support/property.ts';
import { testCheckpoints, testRandom } from '../support/service.ts';

/*
 * Random weeks around month ends. What a service that has seen only the first event after a month
 * says of it is compared with what one says that has seen all that came later.
 */

const HISTORIES = 60;
const SEED = 20_261_122;
const dayOf = calendarIn('Europe/London');
const month = ({ event }: Recorded) => monthOf(dayOf(milliseconds(event.recordedAt)));

/** All of them are registered in the same month. */
const REGISTERED = 2;

const HOLDERS: readonly Holder[] = [
  ...(['pool', 'screen'] as const).map((name) => ({
    ...{ holder: venueId(name), since: REGISTERED, account: accountOf.till(venueId(name)) },
  })),
  {
    ...{ holder: organisationId('garden'), since: REGISTERED },
    account: accountOf.pot(organisationId('garden')),
    more: [accountOf.allocation(organisationId('garden'), 'health')],
  },
];

/** What a service says of some months that has seen the beginning of a stream. */
async function statementsOf(stream: readonly Recorded[], periods: readonly string[]) {
  const service = await openService({
    journal: memoryJournal(stream.map(({ event }) => canonical(event))),
    checkpoints: testCheckpoints(),
    opening: configFrom({}).opening,
    now_ms: () => milliseconds(stream.at(-1)!.event.recordedAt),
    random: testRandom(),
    cardHmac: String,
    broken: t.fail.bind(t),
  });
  const found: Statement[] = [];
  for (const period of periods) {
    for (const holder of HOLDERS) found.push(await statementOf(service, holder, period));
  }
  return found;
}

const drawn = fc.sample(monthEnds, { numRuns: HISTORIES, seed: seeded().seed ?? SEED });
const streams = drawn.map((one) => carriedOut(one).stream);

t.test('the statement of a closed month', async (t) => {
  let compared = 0;
  for (const stream of streams) {
    const months = [...new Set(stream.map(month))];
    const now = await statementsOf(stream, months.slice(0, -1));
    for (const [index, period] of months.slice(0, -1).entries()) {
      const closed = stream.findIndex((one) => month(one) === months[index + 1]);
      const then = await statementsOf(stream.slice(0, closed + 1), [period]);
      const later = now.filter((statement) => statement.period === period);
      compared += then.length;
      if (canonical(then) !== canonical(later)) t.same(later, then, 'never changes');
    }
  }
  t.ok(compared >= HISTORIES * HOLDERS.length, 'never changes as later events arrive');
});

t.test('the statements of all months', async (t) => {
  for (const stream of streams) {
    const periods = [...new Set(stream.map(month))].slice(0, -1);
    const all = await statementsOf(stream, periods);
    const faults = [
      ...all.flatMap(faultsOf),
      ...HOLDERS.flatMap(({ account }) => gapsOf(account, all)),
      ...HOLDERS.flatMap(({ account }) => missingOf(account, all, stream)),
    ];
    if (faults.length > 0) t.fail(faults.join('; '));
  }
  t.pass('add up, go on from each other, and have every entry once');
});

function faultsOf({ accounts, totals, lines }: Statement): string[] {
  const count = totals.reduce((sum, { entries }) => sum + entries, 0);
  const uneven = accounts.filter(({ account, opening, closing }) => {
    const own = totals.filter((total) => total.account === account);
    const moved = own.reduce((sum, { credits }) => sum + hundredths(credits), 0);
    return hundredths(opening) + moved !== hundredths(closing);
  });
  const faults = uneven.map(({ account }) => `the totals of ${account} do not lead to its balance`);
  return count === lines.length ? faults : [...faults, 'a line is in no total'];
}

function gapsOf(account: string, all: readonly Statement[]): string[] {
  const own = all.flatMap(({ accounts }) => accounts.filter((one) => one.account === account));
  const gap = own.some(({ opening }, at) => opening !== (own[at - 1]?.closing ?? '0'));
  return gap ? [`${account} does not begin as it ended the month before`] : [];
}

function missingOf(account: string, all: readonly Statement[], stream: readonly Recorded[]) {
  const stated = all.flatMap(({ lines }) => lines.filter((one) => one.account === account));
  const last = all.at(-1)?.revision ?? -1;
  const entered = stream.slice(0, last + 1).filter(({ event }) => {
    const { debit, credit } = movementOf(event) ?? {};
    return debit === account || credit === account;
  });
  const revisions = (all: readonly { revision: number }[]) => all.map((one) => one.revision).join();
  return revisions(stated) === revisions(entered) ? [] : [`${account} does not have its entries`];
}

t.test('every kind of event that moves credits has a kind on a statement', async (t) => {
  const folder = new URL('../golden/', import.meta.url);
  for (const { shape } of eventSchemas) {
    const name = `${shape.type.value}.v${shape.v.value}.json`;
    const event = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as StreamEvent;
    if (movementOf(event) === undefined) continue;
    t.doesNotThrow(() => kindOfEntry(event), name);
  }
});
