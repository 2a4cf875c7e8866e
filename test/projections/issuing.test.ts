import t from 'tap';
import type { Recorded } from '../../schemas/events/index.ts';
import type { OrganisationId } from '../../schemas/ids.ts';
import { IssuingReport, type Issuing } from '../../projections/issuing.ts';
import { dayInLondon, daysBefore } from '../support/modelBooks.ts';
import { histories } from '../support/histories.ts';

t.test('issuing between two days of recording', async (t) => {
  for (const [index, stream] of (await histories()).entries()) {
    const report = new IssuingReport();
    for (const one of stream) report.apply(one);
    const first = dayInLondon(Date.parse(stream[0]!.event.recordedAt));
    const last = dayInLondon(Date.parse(stream.at(-1)!.event.recordedAt));
    const organisations = new Set(stream.map(({ event }) => event.by.organisation));
    const spans = [
      [first, last],
      [daysBefore(last, 2), last],
      [first, first],
      [daysBefore(first, 9), daysBefore(first, 1)],
    ] as const;
    for (const organisation of organisations) {
      if (organisation === undefined) continue;
      for (const [from, to] of spans) {
        t.same(
          report.between(organisation, from, to),
          naive(stream, organisation, from, to),
          `${index}: is a fold of the stream, from ${from} to ${to}`,
        );
      }
    }
  }
});

/** The same figures, from the events of those days alone. */
function naive(
  stream: readonly Recorded[],
  organisation: OrganisationId,
  from: string,
  to: string,
): Issuing[] {
  const funds: Record<string, Issuing> = {};
  const cell = (fund: string) =>
    (funds[fund] ??= {
      ...{ fund, entries: 0, minutes: 0, credits: 0, minutesWithdrawn: 0 },
      ...{ creditsTakenBack: 0, creditsWrittenOff: 0, absences: 0 },
    });
  const cents = (credits = '0') => Math.round(Number(credits) * 100);
  for (const { event } of stream) {
    const day = dayInLondon(Date.parse(event.recordedAt));
    if (event.by.organisation !== organisation || day < from || day > to) continue;
    if (event.type === 'CreditsIssued') {
      const { debit = '', minutes, credits, absences = 0 } = event.data;
      const figures = cell(debit.split(':')[2] ?? '');
      figures.entries += 1;
      figures.minutes += minutes;
      figures.credits += cents(credits);
      figures.absences += absences;
    }
    if (event.type === 'TransactionReversed' && event.data.issue !== undefined) {
      const { fund = '', minutes, writtenOff } = event.data.issue;
      const figures = cell(fund);
      figures.minutesWithdrawn += minutes;
      figures.creditsTakenBack += cents(event.data.credits);
      figures.creditsWrittenOff += cents(writtenOff);
    }
  }
  return Object.values(funds).toSorted((a, b) => (a.fund < b.fund ? -1 : 1));
}
