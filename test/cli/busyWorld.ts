import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { DAY_MS } from '../../schemas/time.ts';
import { TODAY, type Client, type TestClock } from '../support/service.ts';
import { FUND, smallWorld } from '../support/world.ts';

type Made = { readonly transactionId: string };

/** A stream in which every kind of event of today's ledger has happened at least once. */
export async function busyWorld(journal: Journal): Promise<void> {
  const { admin, group, partner, clock, enrol, app } = await smallWorld({ journal });
  const { coordinator, id: organisationId } = group;
  const fund = { organisationId, fund: FUND };
  await admin.post('/v1/rules', { creditStep: '0.5' });
  await admin.post('/v1/allocations/returns', { ...fund, credits: '10' });
  const [one, two] = [await enrol(100), await enrol(240)];
  await admin.post('/v1/opening-balances', {
    entries: [{ account: `wallet:${one}`, credits: '5' }],
  });
  const card = await coordinator.post<{ cardId: string }>(`/v1/members/${two}/cards`, {});
  await coordinator.post(`/v1/cards/${card.body.cardId}/revocation`, {});
  clock.forward(60_000);
  const till = (memberId: string, credits: string) => ({
    venueId: partner.venue,
    memberId,
    credits,
  });
  const redeemed = await partner.till.post<Made>('/v1/redemptions', till(two, '2.5'));
  const undo = { reason: 'goodwill', credits: '1' };
  await partner.till.post(`/v1/transactions/${redeemed.body.transactionId}/reversals`, undo);
  await partner.till.post('/v1/voids', { key: 'never-used' });
  await coordinator.post('/v1/transfers', {
    entries: [{ from: `wallet:${one}`, to: `wallet:${two}`, credits: '1' }],
    reason: 'gift',
    agreed: 'signed_form',
  });
  const list = { organisationId, occurredOn: TODAY };
  const pot = { memberId: one, minutes: 95, give: 'pot' };
  const session = [pot, { memberId: two, minutes: 45 }];
  type Issued = { entries: readonly Made[] };
  const issued = await coordinator.post<Issued>('/v1/issues', {
    ...list,
    activity: 'kitchen',
    entries: session,
  });
  const { transactionId } = issued.body.entries[1]!;
  await coordinator.post(`/v1/transactions/${transactionId}/reversals`, {
    reason: 'mistake',
    minutes: 20,
  });
  await coordinator.post('/v1/issues', {
    ...list,
    activity: 'kitchen',
    corrects: [issued.body.entries[0]!.transactionId],
    entries: [{ memberId: one, minutes: 30, give: 'none' }],
  });
  const loose = await admin.post<{ memberId: string }>('/v1/members', {});
  await coordinator.post(`/v1/members/${loose.body.memberId}/memberships`, {});
  const spare = await admin.post<{ accessId: string }>('/v1/access', {
    role: 'auditor',
    label: 'a',
  });
  await admin.post(`/v1/access/${spare.body.accessId}/revocation`, {});
  await monthEnd(admin, partner.venue, clock);
  await app.close();
}

/** Settles the till, with a rate, after the day has ended. */
async function monthEnd(admin: Client, venueId: string, clock: TestClock): Promise<void> {
  clock.forward(DAY_MS);
  await admin.post(`/v1/venues/${venueId}/reimbursement`, { poundsPerCredit: '3.25' });
  await admin.post('/v1/settlements', { venueId, to: TODAY });
}

/** The lines of that stream. */
export async function busyLines(): Promise<readonly string[]> {
  const journal = memoryJournal();
  await busyWorld(journal);
  return journal.lines;
}
