import type { Recorded } from '../../schemas/events/index.ts';
import { dayInLondon } from '../support/modelBooks.ts';

/** The network's year of an instant or a day, where years begin on 1 April. */
export function netYear(at: string): number {
  const day = at.length > 10 ? dayInLondon(Date.parse(at)) : at;
  const year = Number(day.slice(0, 4));
  return day.slice(5) >= '04-01' ? year : year - 1;
}

/** A fund's figures at one organisation, as a reader adds them up from the events alone. */
export function naiveFigures(
  stream: readonly Recorded[],
  fund: string,
  organisation: string,
  year: number | undefined,
) {
  const account = `allocation:${organisation}:${fund}`;
  const figures = {
    ...{ allocated: 0, issued: 0, issuedForEarlierYears: 0, issuedAfterLastDay: 0, corrected: 0 },
    ...{ writtenOff: 0, toPot: 0, returned: 0, minutes: 0, minutesWithdrawn: 0 },
  };
  let [opening, left, known] = [0, 0, false];
  let lastDay = '9999-12-31';
  for (const { event } of stream) {
    const recorded = netYear(event.recordedAt);
    if (year !== undefined && recorded > year) break;
    const data = event.data as {
      debit?: string;
      credit?: string;
      credits?: string;
      lastDay?: string;
      issue?: { fund?: string; minutes: number; writtenOff?: string };
      minutes?: number;
    };
    const cents = Math.round(Number(data.credits ?? '0') * 100);
    const side = data.credit === account ? cents : data.debit === account ? -cents : 0;
    left += side;
    if (year !== undefined && recorded < year) opening += side;
    const own = event.by.organisation === organisation;
    const corrects = own && data.issue?.fund === fund;
    known ||= data.credit === account;
    if (data.credit === account) lastDay = data.lastDay ?? lastDay;
    if (year !== undefined && recorded !== year) continue;
    if (event.type === 'CreditsAllocated' && data.credit === account) figures.allocated += cents;
    if (event.type === 'AllocationReturned' && data.debit === account) figures.returned += cents;
    if (event.type === 'CreditsTransferred' && data.debit === account) figures.toPot += cents;
    if (event.type === 'TransactionReversed' && data.credit === account) figures.corrected += cents;
    if (event.type === 'TransactionReversed' && corrects) {
      figures.minutesWithdrawn += data.issue!.minutes;
      figures.writtenOff += Math.round(Number(data.issue!.writtenOff ?? '0') * 100);
    }
    if (event.type !== 'CreditsIssued' || data.debit !== account) continue;
    figures.issued += cents;
    figures.minutes += data.minutes!;
    if (netYear(event.occurredOn) < recorded) figures.issuedForEarlierYears += cents;
    if (dayInLondon(Date.parse(event.recordedAt)) > lastDay) figures.issuedAfterLastDay += cents;
  }
  return known ? { opening, ...figures, left } : undefined;
}

/** Whose hours of a year, recorded in it, stood when it ended. */
export function naivePeople(
  stream: readonly Recorded[],
  fund: string,
  organisation: string,
  year: number,
): Set<string> {
  const within = stream.filter(({ event }) => netYear(event.recordedAt) === year);
  const minutes: Record<string, number> = {};
  for (const { revision, event } of within) {
    if (event.type !== 'CreditsIssued') continue;
    if (event.data.debit !== `allocation:${organisation}:${fund}`) continue;
    const withdrawn = within.flatMap(({ event: later }) => {
      if (later.type !== 'TransactionReversed') return [];
      const reverses = Number(later.data.reverses.split('_')[1]);
      return reverses === revision ? [later.data.issue!.minutes] : [];
    });
    const left = event.data.minutes - withdrawn.reduce((sum, one) => sum + one, 0);
    minutes[event.data.memberId] = (minutes[event.data.memberId] ?? 0) + left;
  }
  return new Set(Object.keys(minutes).filter((member) => minutes[member]! > 0));
}
