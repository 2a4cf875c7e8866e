import { hundredths } from '../../schemas/amounts.ts';
import type { HttpClient } from '../../test/support/process.ts';

const OPENING_CREDITS = '100';
export const FUND = 'drill';

/** Where a drill takes place: the ids that its requests name. */
export type Ground = {
  readonly organisationId: string;
  readonly venueId: string;
  /** What each wallet had when it was opened, in hundredths. */
  readonly wallets: Map<string, number>;
};

/** A group that is a partner too, with a venue and more credits to issue than any drill takes. */
export async function groundIn(admin: HttpClient): Promise<Ground> {
  const both = { name: 'Drill', roles: ['earn', 'spend'] };
  const made = await admin.post<{ organisationId: string }>('/v1/organisations', both, 'org');
  const { organisationId } = made.body;
  const named = { organisationId, name: 'Drill' };
  const venue = await admin.post<{ venueId: string }>('/v1/venues', named, 'venue');
  const fund = { organisationId, fund: FUND, credits: '1000000' };
  await admin.post('/v1/allocations', fund, 'fund');
  return { organisationId, venueId: venue.body.venueId, wallets: new Map() };
}

/** Enrols members with credits to spend, since a member may give no more than a day in a day. */
export async function enrol(
  admin: HttpClient,
  { wallets }: Ground,
  name: string,
  count: number,
  opening = OPENING_CREDITS,
): Promise<string[]> {
  const members = Array.from({ length: count }, async (_, index) => {
    const made = await admin.post<{ memberId: string }>('/v1/members', {}, `${name}-m${index}`);
    return made.body.memberId;
  });
  const enrolled = await Promise.all(members);
  const entries = enrolled.map((memberId) => {
    wallets.set(memberId, hundredths(opening));
    return { account: `wallet:${memberId}`, credits: opening };
  });
  await admin.post('/v1/opening-balances', { entries }, `${name}-opening`);
  return enrolled;
}
