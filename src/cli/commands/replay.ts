import { Balances } from '../../../projections/balances.ts';
import { credits } from '../../../schemas/amounts.ts';
import { revisionQuerySchema } from '../../../schemas/http/common.ts';
import { recordedIn, type Journal } from '../../journal/journal.ts';
import { DATA_OPTIONS, type Command } from '../command.ts';
import { EXIT, wrongUsage } from '../failure.ts';
import { openData } from '../offline.ts';
import { counted, table } from '../table.ts';

const PROGRESS_EVENTS = 100_000;

/**
 * The balances of a stream, from its events alone.
 * @param progress told after each page how many events were taken in
 */
export async function balancesOf(
  reader: Pick<Journal, 'read'>,
  atRevision = Infinity,
  progress?: (events: number) => void,
): Promise<Balances> {
  const balances = new Balances();
  for await (const page of reader.read(0, atRevision + 1)) {
    for (const recorded of recordedIn(page)) balances.apply(recorded);
    progress?.(balances.revision + 1);
  }
  return balances;
}

export const replay: Command = {
  words: 'replay',
  summary: 'rebuild every balance from the stream alone',
  about:
    'Reads the data itself, also beside a running service, and believes nothing but the events: ' +
    'every balance is worked out anew, from the first event to the last or to the revision you ' +
    'name. The sum of all balances is always zero.',
  options: {
    'at-revision': { value: 'N', help: 'stop after that revision; the last one if left out' },
    ...DATA_OPTIONS,
  },
  examples: ['timecredits replay', 'timecredits replay --at-revision 1000 --data ./data'],
  async run(given, io) {
    const atRevision = given.checked('at-revision', revisionQuerySchema);
    const { reader } = openData(given.text('data'), io);
    let told = 0;
    const progress = (events: number) => {
      if (events - told < PROGRESS_EVENTS) return;
      told = events;
      io.progress(`  ${events} events replayed …\n`);
    };
    const balances = await balancesOf(reader, atRevision, progress).finally(() => reader.close());
    const { revision } = balances;
    if (atRevision !== undefined && atRevision > revision) {
      throw wrongUsage(`--at-revision ${atRevision}: the stream ends at revision ${revision}.`);
    }
    const rows = [...balances.all()]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([account, balance]) => [account, credits(balance)] as const);
    const sumOfBalances = credits(balances.sum());
    const size = `${counted(revision + 1, 'event')}, ${counted(rows.length, 'account')}`;
    return {
      text: [
        ...table(['account', 'balance>'], rows),
        `  ${size}, at revision ${revision}; the sum of all balances is ${sumOfBalances}`,
      ],
      json: { revision, events: revision + 1, sumOfBalances, balances: Object.fromEntries(rows) },
      exit: sumOfBalances === '0' ? EXIT.ok : EXIT.refused,
    };
  },
};
