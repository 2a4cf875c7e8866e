import { stringify } from 'csv-stringify/sync';
import { credits } from '../../../schemas/amounts.ts';
import type { Entry } from './movement.ts';

const COLUMNS = [
  ...['revision', 'recordedAt', 'occurredOn', 'type', 'transactionId'],
  ...['debit', 'credit', 'credits', 'reverses'],
];

/** The line of headings of a table of movements. */
export function csvHeadings(): string {
  return written([COLUMNS]);
}

/** One line for each movement, as RFC 4180 has it; what looks like a formula is escaped. */
export function csvOf(entries: readonly Entry[]): string {
  const rows = entries.flatMap(({ revision, recordedAt, occurredOn, type, movement }) => {
    if (movement === undefined) return [];
    const { transactionId, debit, credit, amount, reverses = '' } = movement;
    const moved = [transactionId, debit, credit, credits(amount), reverses];
    return [[String(revision), recordedAt, occurredOn, type, ...moved]];
  });
  return written(rows);
}

function written(rows: readonly (readonly string[])[]): string {
  return stringify([...rows], { escape_formulas: true, record_delimiter: 'windows' });
}
