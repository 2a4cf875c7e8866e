import t from 'tap';
import { smallWorld } from '../support/world.ts';
import { makeCard } from '../../schemas/cards.ts';
import { isProblem, type Problem } from './problem.ts';

type Issued = { readonly cardId: string; readonly card?: string; readonly revision: number };

/** A card number whose check character fits and that nobody was given. */
const unknown = (number: number) => makeCard(new Uint8Array(6).fill(100 + number));

t.test('a card', async (t) => {
  const { enrol, group, partner, journal } = await smallWorld();
  const memberId = await enrol(180);
  const url = `/v1/members/${memberId}/cards`;
  const issued = await group.coordinator.post<Issued>(url, {}, 'card');
  const { card, cardId, revision } = issued.body;
  t.match(card, /^[0-9A-Z]{5}-[0-9A-Z]{5}$/, 'is shown as it is printed');
  const again = await group.coordinator.post<Issued>(url, {}, 'card');
  t.same(again.body, { cardId, memberId, revision }, 'once: a replay has no number');
  const lines = [];
  for await (const page of journal.read(0)) lines.push(...page.lines);
  t.notOk(lines.join().includes(card!.replace('-', '')), 'and the stream does not hold it');

  const second = await group.coordinator.post<Problem>(url, {});
  isProblem(t, second, { status: 409, code: 'member_has_card' }, 'is the member’s only one');
  const sale = { venueId: partner.venue, credits: '1' };
  const byId = await partner.till.post<Problem>('/v1/redemptions', { ...sale, memberId });
  isProblem(t, byId, { status: 422, code: 'card_required' }, 'must be shown at the till');
  const typed = card!.toLowerCase().replace('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
  const byCard = await partner.till.post('/v1/redemptions', { ...sale, card: typed });
  t.match(byCard, { status: 201, body: { memberId, balance: '2' } }, 'is read however it is typed');

  await group.coordinator.post(`/v1/cards/${cardId}/revocation`, {});
  const lost = await partner.till.post<Problem>('/v1/redemptions', { ...sale, card });
  isProblem(t, lost, { status: 422, code: 'card_revoked' }, 'takes nothing once it is revoked');
  const bare = await partner.till.post<Problem>('/v1/redemptions', { ...sale, memberId });
  isProblem(t, bare, { status: 422, code: 'card_required' }, 'leaves nothing open to the id');
  t.match(bare.body.detail, /coordinator .* can issue one now/, 'and says who helps');
  const next = await group.coordinator.post<Issued>(url, {});
  t.equal(next.status, 201, 'and gives way to a new one');
  t.not(next.body.card, card, 'with another number');
});

t.test('cards that nobody was given', async (t) => {
  const { partner, group, clock, enrol } = await smallWorld();
  const memberId = await enrol(180);
  const cards = `/v1/members/${memberId}/cards`;
  const { card } = (await group.coordinator.post<Issued>(cards, {})).body;
  const redeem = (number: string) => {
    const body = { venueId: partner.venue, card: number, credits: '1' };
    return partner.till.post<Problem>('/v1/redemptions', body);
  };
  for (let number = 1; number <= 10; number += 1) {
    const answer = await redeem(unknown(number));
    isProblem(t, answer, { status: 404, code: 'card_unknown' }, `${number} may be tried`);
  }
  const waiting: Problem['code'] = 'too_many_unknown_cards';
  const stopped = await redeem(unknown(11));
  isProblem(t, stopped, { status: 429, code: waiting }, 'and then no more');
  t.equal(stopped.headers['retry-after'], '60', 'for a minute');
  isProblem(t, await redeem(card!), { status: 429, code: waiting }, 'not even one that is known');
  const { status } = await group.coordinator.post('/v1/members', {});
  t.equal(status, 201, 'while other accesses go on');
  clock.forward(59_000);
  isProblem(t, await redeem(card!), { status: 429, code: waiting }, 'also near its end');
  clock.forward(1_000);
  t.equal((await redeem(card!)).status, 201, 'and after it the till goes on');
});

t.test('unknown cards in a list', async (t) => {
  const { group } = await smallWorld();
  const body = {
    organisationId: group.id,
    occurredOn: '2026-06-10',
    activity: 'guessing',
    entries: Array.from({ length: 12 }, (_, index) => ({ card: unknown(index), minutes: 60 })),
  };
  const waits = { status: 429, code: 'too_many_unknown_cards' } as const;
  const first = await group.coordinator.post<Problem>('/v1/issues?preview=true', body);
  isProblem(t, first, waits, 'are too many');
  t.equal(first.body.errors?.length, 10, 'of which ten are named, to be taken out');
  const second = await group.coordinator.post<Problem>('/v1/issues?preview=true', body);
  isProblem(t, second, waits, 'and count, so that a preview is no way of guessing');
  t.notOk(second.body.errors, 'and no more are named');
});
