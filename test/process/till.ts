import { HttpClient, type Reply, type ServiceProcess } from '../support/process.ts';

export type Sold = { readonly transactionId: string; readonly balance: string };
/** A problem, as far as these tests look at it. */
export type Problem = {
  readonly code: string;
  readonly detail: string;
  readonly retryable: boolean;
};

/** A venue, and one member with a hundred credits to spend there. */
export type Till = {
  readonly venueId: string;
  readonly memberId: string;
  readonly key: string;
  /** Takes one credit; the same key again is the same sale. */
  redeem(key: string, at?: ServiceProcess): Promise<Reply<Sold & Problem>>;
  /** What the member has left. */
  balance(at?: ServiceProcess): Promise<string>;
};

/** Sets up a till in a new ledger, whose first admin's key it uses throughout. */
export async function tillIn(service: ServiceProcess): Promise<Till> {
  const key = service.adminKey!;
  const admin = new HttpClient(service.url, key);
  const spend = { name: 'Medway Leisure', roles: ['spend'] };
  const partner = await admin.post<{ organisationId: string }>('/v1/organisations', spend, 'org');
  const { organisationId } = partner.body;
  const centre = { organisationId, name: 'Strood Leisure Centre' };
  const venue = await admin.post<{ venueId: string }>('/v1/venues', centre, 'venue');
  const member = await admin.post<{ memberId: string; account: string }>('/v1/members', {}, 'mem');
  const { memberId, account } = member.body;
  const entries = [{ account, credits: '100' }];
  await admin.post('/v1/opening-balances', { entries }, 'opening');
  const { venueId } = venue.body;
  return {
    venueId,
    memberId,
    key,
    redeem(idempotencyKey, at = service) {
      const body = { venueId, memberId, credits: '1' };
      return new HttpClient(at.url, key).post('/v1/redemptions', body, idempotencyKey);
    },
    async balance(at = service) {
      const path = `/v1/accounts/${account}`;
      const { body } = await new HttpClient(at.url, key).get<{ balance: string }>(path);
      return body.balance;
    },
  };
}
