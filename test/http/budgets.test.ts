import t from 'tap';
import { makeCard } from '../../schemas/cards.ts';
import { smallWorld } from '../support/world.ts';
import { isProblem } from './problem.ts';

const VOIDS = 1_000;

t.test('given a till that voids keys it never used', async (t) => {
  const { partner, admin, clock } = await smallWorld();
  let count = 0;
  const voided = () => partner.till.post('/v1/voids', { key: `sale-${(count += 1)}` });
  const first = await voided();
  t.equal(first.headers['ratelimit-policy'], '"VoidKey";q=1000;w=3600', 'is told its budget');
  t.equal(first.headers['ratelimit'], '"VoidKey";r=999;t=4', 'and what is left of it');
  while (count < VOIDS) await voided();

  await t.test('when its organisation has used up an hour of them', async (t) => {
    const refused = await voided();
    isProblem(t, refused, { status: 429, code: 'too_many_requests' }, 'the next one waits');
    t.equal(refused.headers['retry-after'], '4', 'until one more is there');
    t.equal(refused.headers['ratelimit'], '"VoidKey";r=0;t=3600');
  });

  await t.test('when it registers a venue instead', async (t) => {
    const body = { organisationId: partner.id, name: 'Annexe' };
    const { status } = await partner.till.post('/v1/venues', body);
    t.equal(status, 201, 'that is another budget');
  });

  await t.test('when whoever runs the scheme voids one', async (t) => {
    const { status, headers } = await admin.post('/v1/voids', { key: 'by-admin' });
    t.equal(status, 200, 'it has no budget');
    t.notOk(headers['ratelimit'], 'and is told of none');
  });

  await t.test('when it has waited for as long as it was told', async (t) => {
    clock.forward(4_000);
    t.equal((await voided()).status, 200, 'it may void one more');
    t.equal((await voided()).status, 429, 'and no more than that');
  });
});

t.test('given a till that sells', async (t) => {
  const { partner, enrol } = await smallWorld();
  const memberId = await enrol(60);
  const sale = { venueId: partner.venue, memberId, credits: '1' };
  const { headers } = await partner.till.post('/v1/redemptions', sale);
  t.notOk(headers['ratelimit'], 'sales have no budget but the credits of members');
});

t.test('given an access that tried ten unknown cards', async (t) => {
  const { partner } = await smallWorld();
  const sale = { venueId: partner.venue, credits: '1' };
  const tried = (card: string) => partner.till.post('/v1/redemptions', { ...sale, card });
  for (let number = 0; number < 10; number += 1) {
    await tried(makeCard(new Uint8Array(6).fill(100 + number)));
  }
  const { headers } = await tried(makeCard(new Uint8Array(6).fill(200)));
  t.equal(headers['ratelimit'], '"unknown cards";r=0;t=60', 'is told what it was too much of');
});
