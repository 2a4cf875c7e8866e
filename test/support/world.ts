import type { MemberId, OrganisationId, VenueId } from '../../schemas/ids.ts';
import { ADMIN_KEY, Client, testApp, TODAY, type TestApp } from './service.ts';

/** A small network, for tests that begin where people are already registered. */
export type World = TestApp & {
  readonly admin: Client;
  /** An earn group with a fund of 1,000 credits, and its coordinator. */
  readonly group: { readonly id: OrganisationId; readonly coordinator: Client };
  /** A spend partner with one venue. */
  readonly partner: { readonly id: OrganisationId; readonly till: Client; readonly venue: VenueId };
  enrol(minutes?: number): Promise<MemberId>;
};

export const FUND = 'public-health-2026';

/** Registers an earn group, a spend partner and the keys of both. */
export async function smallWorld(options: Parameters<typeof testApp>[0] = {}): Promise<World> {
  const test = await testApp(options);
  const admin = new Client(test.app, ADMIN_KEY);
  const group = await register(admin, test, 'Strood Gardeners', 'earn');
  const partner = await register(admin, test, 'Medway Leisure', 'spend');
  const fund = { organisationId: group.id, fund: FUND, credits: '1000' };
  await admin.post('/v1/allocations', fund);
  const { body } = await admin.post<{ venueId: VenueId }>('/v1/venues', {
    organisationId: partner.id,
    name: 'Strood Leisure Centre',
  });
  let sessions = 0;
  return {
    ...test,
    admin,
    group: { id: group.id, coordinator: group.client },
    partner: { id: partner.id, till: partner.client, venue: body.venueId },
    /** Enrols a member who has given some minutes today. */
    async enrol(minutes = 0) {
      const enrolled = await group.client.post<{ memberId: MemberId }>('/v1/members', {});
      const { memberId } = enrolled.body;
      if (minutes > 0) {
        sessions += 1;
        await group.client.post('/v1/issues', {
          organisationId: group.id,
          occurredOn: TODAY,
          activity: `session-${sessions}`,
          entries: [{ memberId, minutes }],
        });
      }
      return memberId;
    },
  };
}

async function register(admin: Client, { app }: TestApp, name: string, role: 'earn' | 'spend') {
  const organisation = await admin.post<{ organisationId: OrganisationId }>('/v1/organisations', {
    name,
    roles: [role],
  });
  const id = organisation.body.organisationId;
  const access = await admin.post<{ key: string }>('/v1/access', {
    role: role === 'earn' ? 'coordinator' : 'partner',
    organisationId: id,
    label: role,
  });
  return { id, client: new Client(app, access.body.key) };
}
