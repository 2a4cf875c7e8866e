import t from 'tap';
import { DAY_MS } from '../../schemas/time.ts';
import { TODAY } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { isProblem, type Problem } from './problem.ts';

/* The lead partner clears the tills at the month end; nobody is given any money by it. */

type Sold = { readonly transactionId: string; readonly revision: number };
type Settled = { readonly transactionId: string; readonly revision: number };

t.test('the settlement of a till', async (t) => {
  const { admin, enrol, partner, clock } = await smallWorld();
  const memberId = await enrol(600);
  const { till, venue: venueId } = partner;
  const sell = async (credits: string) => {
    const { body } = await till.post<Sold>('/v1/redemptions', { venueId, memberId, credits });
    return body;
  };
  const first = await sell('2');
  const last = await sell('1.5');
  const settlement = { venueId, to: TODAY };
  const early = await admin.post<Problem>('/v1/settlements', settlement);
  isProblem(t, early, { status: 422, code: 'day_not_ended' }, 'is not made while the day lasts');

  clock.forward(DAY_MS);
  const rate = { poundsPerCredit: '3.35' };
  const agreed = await admin.post(`/v1/venues/${venueId}/reimbursement`, rate);
  t.match(agreed, { status: 201, body: { venueId, poundsPerCredit: '3.35', revision: Number } });
  const settled = await admin.post<Settled>('/v1/settlements', settlement, 'settle-1');
  const { transactionId, revision } = settled.body;
  const expected = {
    ...{ transactionId, revision, venueId, number: 1, to: TODAY, credits: '3.5' },
    ...{ firstRevision: first.revision, lastRevision: last.revision },
    ...{ rate: '3.35', pounds: '11.73' },
  };
  t.same(settled.body, expected, 'names what it took, and the pounds as information');
  t.equal(settled.status, 201);
  const account = await till.get<{ balance: string }>(`/v1/accounts/till:${venueId}`);
  t.equal(account.body.balance, '0', 'clears the till');
  const again = await admin.post('/v1/settlements', settlement, 'settle-1');
  t.same(again.body, settled.body, 'sent again is answered as before');
  const twice = await admin.post<Problem>('/v1/settlements', settlement);
  isProblem(t, twice, { status: 409, code: 'nothing_to_settle' }, 'is made once');

  const back = { reason: 'goodwill', credits: '0.5' };
  await till.post(`/v1/transactions/${first.transactionId}/reversals`, back);
  clock.forward(DAY_MS);
  const next = await admin.post('/v1/settlements', { venueId, to: '2026-06-11' });
  const negative = { number: 2, credits: '-0.5', rate: '3.35', pounds: '-1.68' };
  t.match(next.body, negative, 'is followed by one that takes off what was given back');
  const shown = await till.get<{ settlement: object }>(`/v1/transactions/${transactionId}`);
  const movement = { type: 'TillSettled', debit: `till:${venueId}`, credit: 'programme' };
  t.match(shown.body, { ...movement, credits: '3.5' }, 'can be read by the partner');
  const took = { firstRevision: first.revision, lastRevision: last.revision };
  const terms = { number: 1, to: TODAY, ...took, rate: '3.35', pounds: '11.73' };
  t.same(shown.body.settlement, terms, 'with what it took, and the pounds as information');
  const undone = await admin.post<Problem>(`/v1/transactions/${transactionId}/reversals`, {
    reason: 'mistake',
  });
  isProblem(t, undone, { status: 422, code: 'not_reversible' }, 'and is not reversed');
});

t.test('entries that come to nothing', async (t) => {
  const { admin, enrol, partner, clock } = await smallWorld();
  const memberId = await enrol(60);
  const sale = { venueId: partner.venue, memberId, credits: '1' };
  const { body } = await partner.till.post<Sold>('/v1/redemptions', sale);
  const reversal = `/v1/transactions/${body.transactionId}/reversals`;
  await partner.till.post(reversal, { reason: 'mistake' });
  clock.forward(DAY_MS);
  const settlement = { venueId: partner.venue, to: TODAY };
  const settled = await admin.post<Settled>('/v1/settlements', settlement, 'settle-1');
  t.match(settled, { status: 201, body: { number: 1, credits: '0' } }, 'are settled all the same');
  const shown = await admin.get(`/v1/transactions/${settled.body.transactionId}`);
  t.match(shown, { status: 200, body: { type: 'TillSettled' } }, 'and that can be read');
  const became = await admin.get('/v1/idempotency-keys/settle-1');
  const events = [{ type: 'TillSettled', transactionId: settled.body.transactionId }];
  t.match(became.body, { outcome: 'recorded', events }, 'and found by its key');
});

t.test('a settlement among sales of the same moment', async (t) => {
  const { admin, enrol, partner, clock } = await smallWorld();
  const memberId = await enrol(600);
  const sale = { venueId: partner.venue, memberId, credits: '1' };
  const sell = () => partner.till.post<Sold>('/v1/redemptions', sale);
  const { body } = await sell();
  clock.forward(DAY_MS);
  const settle = () =>
    admin.post<Problem>('/v1/settlements', { venueId: partner.venue, to: TODAY });
  const [, settled, , second] = await Promise.all([sell(), settle(), sell(), settle()]);
  const range = { firstRevision: body.revision, lastRevision: body.revision };
  t.match(settled.body, { ...range, credits: '1' }, 'takes only the days that ended');
  isProblem(t, second, { status: 409, code: 'nothing_to_settle' }, 'and one of two is first');
  clock.forward(DAY_MS);
  const later = await admin.post('/v1/settlements', { venueId: partner.venue, to: '2026-06-11' });
  t.match(later.body, { number: 2, credits: '2' }, 'and the others are in the next');
});

t.test('a reimbursement', async (t) => {
  const { admin, partner } = await smallWorld();
  const url = `/v1/venues/${partner.venue}/reimbursement`;
  for (const poundsPerCredit of ['3.12345', '-1', '1e3', '', '01', 2, null, undefined]) {
    const answer = await admin.post<Problem>(url, { poundsPerCredit });
    const name = `of ${JSON.stringify(poundsPerCredit)} is not agreed`;
    const pointers = ['#/poundsPerCredit'];
    isProblem(t, answer, { status: 400, code: 'invalid_request', pointers }, name);
  }
  for (const poundsPerCredit of ['0', '4.50', '3.3333']) {
    const { status } = await admin.post(url, { poundsPerCredit });
    t.equal(status, 201, `of ${poundsPerCredit} is`);
  }
});
