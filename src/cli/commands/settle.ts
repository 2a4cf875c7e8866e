import type { z } from 'zod';
import { credits, creditsAloud, hundredths, poundsTogether } from '../../../schemas/amounts.ts';
import { settlementCreated } from '../../../schemas/http/settlement.ts';
import { venueAnswer, venuePage } from '../../../schemas/http/venue.ts';
import { venueIdSchema } from '../../../schemas/ids.ts';
import { daySchema } from '../../../schemas/time.ts';
import { clientFrom, Refused, type Client } from '../client.ts';
import { SERVICE_OPTIONS, type Command, type Given, type Report } from '../command.ts';
import { EXIT, Failure, faulty } from '../failure.ts';
import type { Io } from '../io.ts';
import { counted, printable, table } from '../table.ts';

const PAGE_ITEMS = 500;

/** Refusals that are not about one till: every other would be refused as well. */
const OF_EVERY_TILL = ['unauthenticated', 'forbidden', 'not_found', 'day_not_ended'];

type Venue = z.output<typeof venueAnswer>;
type Settled = z.output<typeof settlementCreated>;

/** What became of one till. */
type Outcome = { readonly venueId: string; readonly name: string } & (
  | ({ readonly outcome: 'settled' | 'settled_before' } & Settled)
  | { readonly outcome: 'nothing' }
  | { readonly outcome: 'refused'; readonly code: string; readonly detail: string }
);

export const settle: Command = {
  words: 'settle',
  summary: 'clear the till of a venue, or of every venue, up to the end of a day',
  about:
    'Each till is cleared of all that was recorded for it up to the end of the day and is not ' +
    'settled yet, whatever day it occurred on. What was given back after a settlement comes off ' +
    'the next one, which may be negative. Nothing is transferred to anybody: where a ' +
    'reimbursement is agreed with a venue, its pounds are shown as information.\n' +
    'A till that is refused is named, with the reason, and the others are settled all the same. ' +
    'Running the same command again is safe: it shows what was settled before, and settles ' +
    'nothing twice. Closed venues are among them, since they may have a last settlement. At a ' +
    'terminal you are asked first; --yes answers that.',
  options: {
    to: { value: 'DAY', help: 'the last day to settle, which has ended, such as 2026-03-31' },
    venue: { value: 'VENUE', help: 'the only venue to settle; every venue if left out' },
    yes: { help: 'do not ask first' },
    ...SERVICE_OPTIONS,
  },
  examples: [
    'timecredits settle --to 2026-03-31',
    'timecredits settle --to 2026-03-31 --venue ven_0123456789abcdef',
  ],
  async run(given, io) {
    const to = given.requiredAs('to', daySchema);
    const venueId = given.checked('venue', venueIdSchema);
    const client = clientFrom(given, io);
    const venues =
      venueId === undefined
        ? await everyVenue(client)
        : [await client.get(`/v1/venues/${venueId}`, venueAnswer)];
    await agreed(given, io, venues, to);
    const outcomes: Outcome[] = [];
    for (const venue of venues) {
      try {
        outcomes.push(await settleOne(client, venue, to));
      } catch (error) {
        if (!(error instanceof Failure) || outcomes.length === 0) throw error;
        throw stoppedAt(venue, error, reportOf(outcomes, to));
      }
    }
    return reportOf(outcomes, to);
  },
};

async function everyVenue(client: Client): Promise<Venue[]> {
  const venues: Venue[] = [];
  let next: number | undefined = 0;
  while (next !== undefined) {
    const path = `/v1/venues?limit=${PAGE_ITEMS}&after=${next}`;
    const page: z.output<typeof venuePage> = await client.get(path, venuePage);
    venues.push(...page.items);
    ({ next } = page);
  }
  return venues;
}

async function agreed(given: Given, io: Io, venues: readonly Venue[], to: string): Promise<void> {
  if (given.flag('yes') || io.confirm === undefined) return;
  const question = `Settle ${counted(venues.length, 'till')} up to the end of ${to}?`;
  if (!(await io.confirm(question))) throw faulty('not_agreed', 'Nothing was settled.');
}

/** The same till up to the same day has the same key at every run, so it is settled once. */
async function settleOne(client: Client, { venueId, name }: Venue, to: string): Promise<Outcome> {
  try {
    const key = `settle-${venueId}-${to}`;
    const sent = { venueId, to };
    const { body, replayed } = await client.post('/v1/settlements', sent, key, settlementCreated);
    return { name, outcome: replayed ? 'settled_before' : 'settled', ...body };
  } catch (error) {
    if (!(error instanceof Refused) || error.exit !== EXIT.refused) throw error;
    const { code, message: detail } = error;
    if (OF_EVERY_TILL.includes(code)) throw error;
    if (code === 'nothing_to_settle') return { venueId, name, outcome: 'nothing' };
    return { venueId, name, outcome: 'refused', code, detail };
  }
}

function reportOf(outcomes: readonly Outcome[], to: string): Report {
  const settled = outcomes.filter((one) => 'credits' in one);
  const refused = outcomes.filter((one) => 'code' in one);
  const nothing = outcomes.filter(({ outcome }) => outcome === 'nothing').length;
  const before = settled.filter(({ outcome }) => outcome === 'settled_before').length;
  const cleared = settled.reduce((sum, one) => sum + hundredths(one.credits), 0);
  const pounds = settled.flatMap((one) => one.pounds ?? []);
  const sum = {
    settled: settled.length - before,
    settledBefore: before,
    nothing,
    refused: refused.length,
    credits: credits(cleared),
    ...(pounds.length > 0 && { pounds: poundsTogether(pounds) }),
  };
  const information =
    sum.pounds === undefined ? '' : `; ${sum.pounds} pounds of reimbursement, as information`;
  const headings = ['venue', 'name', 'what', 'number>', 'credits>', 'pounds a credit>', 'pounds>'];
  const text = [
    `Up to the end of ${to}: ${sum.settled} settled, ${before} settled before, ` +
      `${nothing} with nothing to settle, ${refused.length} refused`,
    ...table([...headings, 'transaction'], outcomes.map(rowOf)),
    `  ${creditsAloud(cleared)} cleared in all${information}`,
    ...refused.map(
      ({ name, venueId, detail }) => `  ${printable(name)} (${venueId}) was refused: ${detail}`,
    ),
  ];
  const exit = refused.length === 0 ? EXIT.ok : EXIT.refused;
  return { text, json: { to, ...sum, venues: outcomes }, exit };
}

const WORDS = {
  settled: 'settled',
  settled_before: 'settled before',
  nothing: 'nothing to settle',
  refused: 'refused',
} as const;

function rowOf(one: Outcome): readonly (string | number)[] {
  const row = [one.venueId, one.name, WORDS[one.outcome]];
  if (!('credits' in one)) return [...row, '', '', '', '', ''];
  return [...row, one.number, one.credits, one.rate ?? '', one.pounds ?? '', one.transactionId];
}

function stoppedAt(
  { name, venueId }: Venue,
  { exit, code, message }: Failure,
  { text, json }: Report,
): Failure {
  const again =
    `  Stopped at ${printable(name)} (${venueId}). Put that right and run the same command ` +
    'again: what is settled is not settled twice.';
  const more = { text: [...text, again], json: { ...json, stoppedAt: venueId } };
  return new Failure(exit, code, message, [], more);
}
