import t from 'tap';
import type { IssueCredits } from '../../schemas/commands.ts';
import { linesOf } from '../../schemas/stream.ts';
import { encode } from '../../src/journal/encode.ts';
import { bookOf, decided, did, record, transactionAt, type Past } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  ADMIN,
  AT,
  card,
  carded,
  COORDINATOR,
  enrolled,
  funded,
  hours,
  sheetOf,
  wallet,
  world,
} from '../support/past.ts';

const LONG = 'x'.repeat(40);
const KEYED = { key: hashOf('key'), body: hashOf('body') };

/** A world with many members who have cards, and a fund with the longest name. */
function crowd(count: number): { past: Past[]; names: string[] } {
  const names = Array.from({ length: count }, (_, index) => `member ${index}`);
  const people = names.flatMap((name) => [enrolled(name, 'garden'), carded(name)]);
  return { past: [...world(), funded('garden', LONG, '1000000'), ...people], names };
}

function longest(names: readonly string[], more: Partial<IssueCredits> = {}): IssueCredits {
  const entries = names.map((name) => ({ member: card(name), minutes: 599, again: true }));
  const sheet = sheetOf(LONG);
  return hours({}, { entries, sheet, activity: LONG, fund: LONG, ...more });
}

t.test('the longest commands that are taken fit into the stream', async (t) => {
  const { past, names } = crowd(1000);
  const book = bookOf(past);
  const list = decided(book, longest(names), COORDINATOR, KEYED);
  const events = list.outcome === 'accepted' ? list.events : [];
  t.equal(events.length, 1000, 'a list of a thousand is accepted');
  t.notMatch(encode(linesOf(events)), { malformed: {} }, 'and every line can be written');

  const gifts = names.map((name) => ({ from: wallet(name), to: wallet('asha'), credits: '0.25' }));
  record(book, events);
  const given = decided(
    book,
    { type: 'TransferCredits', entries: gifts, reason: 'bequest', agreed: 'signed_form' },
    ADMIN,
    {},
  );
  const moved = given.outcome === 'accepted' ? given.events : [];
  t.equal(moved.length, 1000, 'a thousand transfers are accepted');
  t.notMatch(encode(linesOf(moved)), { malformed: {} }, 'and can be written');
});

t.test('the longest correction fits into the stream', async (t) => {
  const { past, names } = crowd(700);
  const first = names.slice(0, 300);
  const book = bookOf([...past, did(longest(first), COORDINATOR, AT)]);
  const start = book.ledger.revision - 299;
  const corrects = first.map((_, index) => transactionAt(start + index, start));
  const done = decided(book, longest(names, { corrects }), COORDINATOR, KEYED);
  const events = done.outcome === 'accepted' ? done.events : [];
  t.equal(events.length, 1000, 'three hundred corrected and seven hundred lines are accepted');
  t.notMatch(encode(linesOf(events)), { malformed: {} }, 'and can be written');
});
