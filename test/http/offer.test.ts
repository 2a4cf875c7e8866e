import t from 'tap';
import { smallWorld } from '../support/world.ts';
import { isProblem, type Problem } from './problem.ts';

type Created = { readonly offerId: string; readonly revision: number };
type Page = { readonly items: readonly { readonly offerId: string }[]; readonly next?: string };

/** A venue with one offer, and a member with ten credits. */
async function offering(caps?: object) {
  const world = await smallWorld();
  const { partner, enrol } = world;
  const memberId = await enrol(600);
  const terms = {
    ...{ venueId: partner.venue, title: 'Swim', restrictions: 'Bring a towel.' },
    ...{ adultCredits: '2', under16Credits: '0.5', largestParty: 4, ...(caps && { caps }) },
  };
  const { body } = await partner.till.post<Created>('/v1/offers', terms, 'offer-1');
  const sale = { venueId: partner.venue, memberId, offerId: body.offerId };
  return { ...world, ...partner, memberId, terms, created: body, sale };
}

t.test('an offer', async (t) => {
  const { till, terms, created, admin, group } = await offering({ memberDay: 1 });
  const { offerId } = created;
  const shown = await till.get(`/v1/offers/${offerId}`);
  t.same(shown.body, { ...terms, offerId, state: 'published' }, 'is shown with its terms');
  const again = await till.post('/v1/offers', terms, 'offer-1');
  t.match(again, { status: 201, body: created }, 'published twice under one key, is one');
  const clash = await till.post<Problem>('/v1/offers', { ...terms, title: 'x' }, 'offer-1');
  isProblem(t, clash, { status: 422, code: 'key_reused' }, 'and another is not published');
  const hidden = await group.coordinator.get<Problem>(`/v1/offers/${offerId}`);
  isProblem(t, hidden, { status: 403, code: 'forbidden' }, 'is not for coordinators to read');
  const withdrawn = await till.post(`/v1/offers/${offerId}/withdrawal`, {});
  t.match(withdrawn, { status: 200, body: { offerId } }, 'is withdrawn');
  const later = await admin.get(`/v1/offers/${offerId}`);
  t.match(later.body, { state: 'withdrawn' }, 'and still shown');
});

t.test('an offer that takes more than one event may say', async (t) => {
  const { till, terms } = await offering();
  const large = { ...terms, adultCredits: '250000.01' };
  const refused = await till.post<Problem>('/v1/offers', large);
  const code = { status: 400, code: 'invalid_request' } as const;
  isProblem(t, refused, code, 'from its largest party is not published');
  const largest = await till.post('/v1/offers', { ...terms, adultCredits: '250000' });
  t.equal(largest.status, 201, 'just as much is');
});

t.test('offers in a list', async (t) => {
  const { till, venue, admin, id, terms, created } = await offering();
  const body = { organisationId: id, name: 'Lido' };
  const lido = await till.post<{ venueId: string }>('/v1/venues', body);
  const { venueId } = lido.body;
  const second = await till.post<Created>('/v1/offers', { ...terms, venueId });
  const third = await till.post<Created>('/v1/offers', terms);
  const ids = async (query: string) => {
    const { body } = await till.get<Page>(`/v1/offers?${query}`);
    return body.items.map(({ offerId }) => offerId);
  };
  const all = [created, second.body, third.body].map(({ offerId }) => offerId);
  t.same(await ids(''), all, 'are in the order in which they were published');
  t.same(await ids(`venueId=${venue}`), [all[0], all[2]], 'or those of one venue');
  const page = await admin.get<Page>('/v1/offers?limit=2');
  t.equal(page.body.items.length, 2, 'and come in pages');
  const next = /<(.*)>; rel="next"/.exec(String(page.headers['link']))?.[1] ?? '';
  const rest = await admin.get<Page>(next);
  t.match(rest.body.items, [{ offerId: all[2] }], 'each of which says where the next is');
});

t.test('a sale under an offer', async (t) => {
  const { till, sale, memberId } = await offering({ memberDay: 1 });
  const party = { adults: 1, under16s: 2 };
  const sold = await till.post<{ transactionId: string }>('/v1/redemptions', { ...sale, party });
  t.match(sold, { status: 201, body: { memberId, credits: '3', balance: '7' } }, 'has its price');
  const more = await till.post<Problem>('/v1/redemptions', sale);
  isProblem(t, more, { status: 409, code: 'cap_reached' }, 'is refused where its cap is reached');
  t.match(
    more.body,
    { retryable: false, facts: { cap: 'memberDay', opensOn: '2026-06-11' } },
    'with the cap and when it opens',
  );
  t.match(more.body.aloud, /It opens again on 2026-06-11\. Nothing was taken/, 'for the cashier');
  const { transactionId } = sold.body;
  await till.post(`/v1/transactions/${transactionId}/reversals`, { reason: 'goodwill' });
  t.equal((await till.post('/v1/redemptions', sale)).status, 201, 'and may be after a refund');
  const bare = { venueId: sale.venueId, memberId, credits: '1' };
  const refused = await till.post<Problem>('/v1/redemptions', bare);
  isProblem(t, refused, { status: 422, code: 'offer_required' }, 'is all that the venue gives');
  const both = await till.post<Problem>('/v1/redemptions', { ...sale, credits: '1' });
  isProblem(t, both, { status: 400, code: 'invalid_request' }, 'and never with a price beside it');
});
