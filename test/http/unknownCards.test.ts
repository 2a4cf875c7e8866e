import t from 'tap';
import { makeCard } from '../../schemas/cards.ts';
import { Client } from '../support/service.ts';
import { smallWorld, type World } from '../support/world.ts';
import { isProblem, type Problem } from './problem.ts';

const TOO_MANY = { status: 429, code: 'too_many_unknown_cards' } as const;

let made = 0;
/** A card number whose check character fits and that nobody was given. */
function unknown(): string {
  made += 1;
  return makeCard(new Uint8Array([0xee, 0xee, 0xee, 0xee, made >> 8, made & 0xff]));
}

const sale = ({ partner }: World, card: string) => ({ venueId: partner.venue, card, credits: '1' });

const list = ({ group }: World, cards: readonly string[], activity = 'guessing') => ({
  organisationId: group.id,
  occurredOn: '2026-06-10',
  activity,
  entries: cards.map((card) => ({ card, minutes: 60 })),
});

async function cardOf({ enrol, group }: World, minutes = 180) {
  const memberId = await enrol(minutes);
  const { body } = await group.coordinator.post<{ card: string; cardId: string }>(
    `/v1/members/${memberId}/cards`,
    {},
  );
  return { memberId, ...body };
}

/** How many cards answers tell to be unknown. */
function told(answers: readonly { readonly body: Problem }[]): number {
  return answers
    .flatMap(({ body }): string[] => body.errors?.map(({ code }) => code) ?? [body.code])
    .filter((code) => code === 'card_unknown').length;
}

/** Another access of an organisation. */
async function another({ admin, app }: World, organisationId: string, role: string) {
  const asked = { role, organisationId, label: 'another' };
  const { body } = await admin.post<{ key: string }>('/v1/access', asked);
  return new Client(app, body.key);
}

/** Fills the window of an access. */
async function guessTen(world: World, client: Client): Promise<void> {
  for (let guess = 0; guess < 10; guess += 1) {
    await client.post('/v1/redemptions', sale(world, unknown()));
  }
}

t.test('a thousand guesses side by side', async (t) => {
  const world = await smallWorld();
  const guesses = Array.from({ length: 1000 }, () =>
    world.partner.till.post<Problem>('/v1/redemptions', sale(world, unknown())),
  );
  const answers = await Promise.all(guesses);
  t.equal(told(answers), 10, 'tell of ten cards');
  t.equal(answers.filter(({ status }) => status === 429).length, 990, 'and all others wait');
});

t.test('two hundred previews side by side, with a hundred cards each', async (t) => {
  const world = await smallWorld();
  const previews = Array.from({ length: 200 }, () => {
    const body = list(world, Array.from({ length: 100 }, unknown));
    return world.group.coordinator.post<Problem>('/v1/issues?preview=true', body);
  });
  const answers = await Promise.all(previews);
  t.equal(told(answers), 10, 'tell of ten cards');
  answers.forEach((answer) => isProblem(t, answer, TOO_MANY, 'and none is decided'));
  const named = answers.flatMap(({ body }) => body.errors ?? []);
  t.match(named[9], { pointer: '#/entries/9/card', code: 'card_unknown' }, 'each by its line');
});

t.test('every call that takes a card counts it', async (t) => {
  const world = await smallWorld();
  const { admin, enrol, group, partner } = world;
  const network = { network: 'swale', name: 'Swale', theyOweAtMost: '100', weOweAtMost: '100' };
  await admin.post('/v1/networks', network);
  const memberId = await enrol();
  const visit = (card: string, reference: string) => ({
    direction: 'away',
    card,
    credits: '1',
    occurredAt: '2026-06-10T10:00:00+01:00',
    reference,
  });
  const { coordinator } = group;
  const ways: [string, () => [Client, string, unknown]][] = [
    ['a sale', () => [partner.till, '/v1/redemptions', sale(world, unknown())]],
    ['a booking', () => [partner.till, '/v1/holds', sale(world, unknown())]],
    ['a list', () => [coordinator, '/v1/issues', list(world, [unknown()])]],
    ['a preview', () => [coordinator, '/v1/issues?preview=true', list(world, [unknown()])]],
    [
      'a membership',
      () => [coordinator, `/v1/members/${memberId}/memberships`, { card: unknown() }],
    ],
    [
      'visits',
      () => [admin, '/v1/visits', { network: 'swale', visits: [visit(unknown(), `v${made}`)] }],
    ],
  ];
  for (const [name, way] of ways) {
    world.clock.forward(60_000);
    for (let guess = 0; guess < 10; guess += 1) {
      const [client, url, body] = way();
      t.equal(told([await client.post<Problem>(url, body)]), 1, `${name} tells of ${guess + 1}`);
    }
    const [client, url, body] = way();
    isProblem(t, await client.post<Problem>(url, body), TOO_MANY, `${name} is counted`);
  }
});

t.test('a card of somebody else shown as a member’s', async (t) => {
  const world = await smallWorld();
  const { admin, enrol, group } = world;
  const lost = await cardOf(world);
  await group.coordinator.post(`/v1/cards/${lost.cardId}/revocation`, {});
  const closed = await cardOf(world);
  const end = { restTo: 'lapsed', reason: 'left' };
  await admin.post(`/v1/members/${closed.memberId}/closure`, end);
  const live = await cardOf(world);
  const other = await admin.post<{ organisationId: string }>('/v1/organisations', {
    name: 'Chatham Cooks',
    roles: ['earn'],
  });
  const cooks = await another(world, other.body.organisationId, 'coordinator');
  const mine = await enrol();
  const asked = async (card: string, client: Client = cooks, id: string = mine) => {
    const { body } = await client.post<Problem>(`/v1/members/${id}/memberships`, { card });
    return { ...body, request_id: '' };
  };
  const nobodys = await asked(unknown());
  t.match(nobodys, { status: 404, code: 'card_unknown' });
  t.same(await asked(live.card), nobodys, 'is as unknown as one that there is not');
  t.same(await asked(lost.card), nobodys, 'also one that was revoked');
  t.same(await asked(closed.card), nobodys, 'and one whose member has left');
  const noMember = 'mem_0000000000000000';
  t.same(await asked(live.card, cooks, noMember), nobodys, 'also for a member there is not');
  for (let guess = 0; guess < 5; guess += 1) await asked(live.card);
  t.match(await asked(live.card), TOO_MANY, 'and counts as one');
});

t.test('while an access waits', async (t) => {
  const world = await smallWorld();
  const { partner, group, clock } = world;
  const { card } = await cardOf(world);
  const sold = await partner.till.post<{ transactionId: string }>(
    '/v1/redemptions',
    sale(world, card),
    'sold',
  );
  const booked = await partner.till.post<{ holdId: string }>('/v1/holds', sale(world, card));
  await guessTen(world, partner.till);
  const known = await partner.till.post<Problem>('/v1/redemptions', sale(world, card), 'k');
  const guessed = await partner.till.post<Problem>('/v1/redemptions', sale(world, unknown()));
  isProblem(t, known, TOO_MANY, 'a card that is known is refused');
  t.same({ ...known.body, request_id: '' }, { ...guessed.body, request_id: '' }, 'like any other');
  const { holdId } = booked.body;
  const capture = await partner.till.post(`/v1/holds/${holdId}/capture`, {});
  t.equal(capture.status, 201, 'a booking is captured');
  const reversal = `/v1/transactions/${sold.body.transactionId}/reversals`;
  const refund = await partner.till.post(reversal, { reason: 'goodwill', credits: '0.5' });
  t.equal(refund.status, 201, 'credits are given back');
  t.equal((await partner.till.post('/v1/voids', { key: 'sold' })).status, 200, 'a sale is undone');
  const noCard = await group.coordinator.post<{ memberId: string }>('/v1/members', {});
  const byId = { venueId: partner.venue, memberId: noCard.body.memberId, credits: '1' };
  const poor = await partner.till.post<Problem>('/v1/redemptions', byId);
  isProblem(t, poor, { status: 422, code: 'insufficient_credits' }, 'and an id is no guess');
  clock.forward(60_000);
  const after = await partner.till.post('/v1/redemptions', sale(world, card));
  t.equal(after.status, 201, 'and after a minute cards are taken again');
});

t.test('the last minute, whenever it began', async (t) => {
  const world = await smallWorld();
  const guess = () => world.partner.till.post<Problem>('/v1/redemptions', sale(world, unknown()));
  await guess();
  world.clock.forward(59_000);
  for (let more = 0; more < 9; more += 1) await guess();
  world.clock.forward(1_000);
  t.equal((await guess()).status, 404, 'makes room for one when the first is a minute ago');
  isProblem(t, await guess(), TOO_MANY, 'and for no more than that');
});

t.test('the accesses of one organisation', async (t) => {
  const world = await smallWorld();
  const { partner, group } = world;
  const { card } = await cardOf(world);
  const second = await another(world, partner.id, 'partner');
  const third = await another(world, partner.id, 'partner');
  await guessTen(world, partner.till);
  t.equal((await second.post('/v1/redemptions', sale(world, card))).status, 201, 'guess apart');
  await guessTen(world, second);
  const stopped = await third.post<Problem>('/v1/redemptions', sale(world, card));
  isProblem(t, stopped, TOO_MANY, 'and together only twenty');
  t.match(stopped.body.detail, /20 unknown cards .* one organisation/, 'which the answer says');
  const elsewhere = list(world, [card], 'gardening');
  t.equal((await group.coordinator.post('/v1/issues', elsewhere)).status, 201, 'others go on');
});

t.test('a list of a thousand cards that are known', async (t) => {
  const world = await smallWorld({ rules: { memberDayMinutes: 1440 } });
  const cards = await Promise.all(
    Array.from({ length: 1000 }, async () => (await cardOf(world, 0)).card),
  );
  const answer = await world.group.coordinator.post('/v1/issues', list(world, cards, 'festival'));
  t.equal(answer.status, 201, 'passes');
  const again = list(world, [...cards.slice(0, 900), unknown()], 'fete');
  const mistaken = await world.group.coordinator.post<Problem>('/v1/issues', again);
  t.equal(told([mistaken]), 1, 'and one mistake among them is named');
});
