import t, { type Test } from 'tap';
import type { MemberId, OrganisationId, VenueId } from '../../schemas/ids.ts';
import { ROLES, type Role } from '../../schemas/roles.ts';
import { buildApp } from '../../src/http/app.ts';
import { Client, TODAY, type Answer } from '../support/service.ts';
import { filled, nameOf, routesOf, type Route } from '../support/routes.ts';
import { NOBODYS, neighbours, type Belongings, type Neighbours } from './neighbours.ts';
import { isProblem, type Problem } from './problem.ts';

/*
 * Every route, with every role: taken from the table of routes, so that a new one is tested on the
 * day it is written. What names an object names another organisation's, and once more one that
 * nobody has: the two must be answered alike, for the answer tells nothing of other organisations.
 */

type Own = {
  readonly group: OrganisationId;
  readonly member: MemberId;
  readonly venue: VenueId;
};

/** A request of one role that names what is not its own. */
type Naming = {
  readonly role: Role;
  readonly url: string;
  readonly body?: unknown;
  /** Of what nobody may ask of any such thing, 422; else 404. */
  readonly status?: number;
};

const NAMES_NOTHING = 'names nothing of anybody, or only what is the caller’s own by its scope';

/** What each route that coordinators or partners may call would name of somebody else's. */
function namings(of: Belongings, own: Own): Readonly<Record<string, readonly Naming[] | string>> {
  const coordinator = (url: string, body?: unknown): Naming => ({ role: 'coordinator', url, body });
  const partner = (url: string, body?: unknown): Naming => ({ role: 'partner', url, body });
  const list = {
    occurredOn: TODAY,
    activity: 'a',
    entries: [{ memberId: own.member, minutes: 9 }],
  };
  const move = (from: string, to: string, reason: string) =>
    coordinator('/v1/transfers', {
      entries: [{ from, to, credits: '1' }],
      reason,
      agreed: 'in_person',
    });
  const accounts = [
    `wallet:${of.member}`,
    `pot:${of.group}`,
    `till:${of.venue}`,
    `allocation:${of.group}:lottery`,
    `clearing:${of.network}`,
  ];
  const never = (naming: Naming): Naming => ({ ...naming, status: 422 });
  const reading = (path: (account: string) => string) =>
    accounts.flatMap((account) => [coordinator(path(account)), partner(path(account))]);
  const wallet = `wallet:${own.member}`;
  return {
    'GET /v1/me': NAMES_NOTHING,
    'GET /v1/ledger': NAMES_NOTHING,
    'GET /v1/organisations': NAMES_NOTHING,
    'GET /v1/checkpoints': NAMES_NOTHING,
    'GET /v1/proofs/inclusion': NAMES_NOTHING,
    'GET /v1/proofs/consistency': NAMES_NOTHING,
    'GET /v1/tile/:level/*': NAMES_NOTHING,
    'GET /v1/venues': NAMES_NOTHING,
    'GET /v1/members': NAMES_NOTHING,
    'GET /v1/funds': NAMES_NOTHING,
    'POST /v1/voids': NAMES_NOTHING,
    'GET /v1/offers': NAMES_NOTHING,
    'GET /v1/holds': NAMES_NOTHING,
    'GET /v1/offers/:id': [partner(`/v1/offers/${of.offer}`)],
    'GET /v1/holds/:id': [coordinator(`/v1/holds/${of.hold}`), partner(`/v1/holds/${of.hold}`)],
    'POST /v1/offers': [
      partner('/v1/offers', {
        ...{ venueId: of.venue, title: 'Swim', restrictions: 'None.', largestParty: 1 },
        ...{ adultCredits: '1', under16Credits: '1' },
      }),
    ],
    'POST /v1/offers/:id/withdrawal': [partner(`/v1/offers/${of.offer}/withdrawal`, {})],
    'POST /v1/holds': [
      partner('/v1/holds', { venueId: of.venue, memberId: own.member, credits: '1' }),
      coordinator('/v1/holds', { venueId: own.venue, potOf: of.group, credits: '1' }),
    ],
    'POST /v1/holds/:id/capture': [partner(`/v1/holds/${of.hold}/capture`, {})],
    'POST /v1/holds/:id/cancellation': [
      coordinator(`/v1/holds/${of.hold}/cancellation`, {}),
      partner(`/v1/holds/${of.hold}/cancellation`, {}),
    ],
    'GET /v1/organisations/:id': [
      coordinator(`/v1/organisations/${of.group}`),
      partner(`/v1/organisations/${of.partner}`),
    ],
    'GET /v1/organisations/:id/issuing': [
      coordinator(`/v1/organisations/${of.group}/issuing?from=${TODAY}&to=${TODAY}`),
    ],
    'GET /v1/funds/:fund': [coordinator(`/v1/funds/${of.fund}`)],
    'GET /v1/organisations/:id/statements/:period': [
      coordinator(`/v1/organisations/${of.group}/statements/2026-05`),
      partner(`/v1/organisations/${of.partner}/statements/2026-05`),
    ],
    'GET /v1/venues/:id/statements/:period': [partner(`/v1/venues/${of.venue}/statements/2026-05`)],
    'GET /v1/venues/:id': [partner(`/v1/venues/${of.venue}`)],
    'GET /v1/members/:id': [coordinator(`/v1/members/${of.member}`)],
    'GET /v1/accounts/:account': reading((account) => `/v1/accounts/${account}`),
    'GET /v1/accounts/:account/entries': reading((account) => `/v1/accounts/${account}/entries`),
    'GET /v1/transactions/:id': [
      coordinator(`/v1/transactions/${of.issue}`),
      coordinator(`/v1/transactions/${of.redemption}`),
      partner(`/v1/transactions/${of.issue}`),
      partner(`/v1/transactions/${of.redemption}`),
    ],
    'GET /v1/transactions/:id/receipt': [
      coordinator(`/v1/transactions/${of.issue}/receipt`),
      coordinator(`/v1/transactions/${of.redemption}/receipt`),
      partner(`/v1/transactions/${of.issue}/receipt`),
      partner(`/v1/transactions/${of.redemption}/receipt`),
    ],
    'GET /v1/transactions': [partner(`/v1/transactions?venueId=${of.venue}`)],
    'GET /v1/idempotency-keys/:key': [
      coordinator(`/v1/idempotency-keys/${of.keyOfIssue}`),
      partner(`/v1/idempotency-keys/${of.keyOfRedemption}`),
    ],
    'POST /v1/venues': [partner('/v1/venues', { organisationId: of.partner, name: 'Annexe' })],
    'POST /v1/members': [coordinator('/v1/members', { organisationId: of.group })],
    'POST /v1/members/:id/memberships': [
      coordinator(`/v1/members/${of.member}/memberships`, { organisationId: of.group }),
      coordinator(`/v1/members/${own.member}/memberships`, { card: of.cardNumber }),
    ],
    'POST /v1/members/:id/cards': [coordinator(`/v1/members/${of.member}/cards`, {})],
    'POST /v1/members/:id/suspension': [coordinator(`/v1/members/${of.member}/suspension`, {})],
    'POST /v1/members/:id/reinstatement': [
      coordinator(`/v1/members/${of.member}/reinstatement`, {}),
    ],
    'POST /v1/members/:id/closure': [
      coordinator(`/v1/members/${of.member}/closure`, { restTo: `pot:${own.group}` }),
      coordinator(`/v1/members/${own.member}/closure`, { restTo: `pot:${of.group}` }),
    ],
    'POST /v1/members/:id/merge': [
      coordinator(`/v1/members/${of.member}/merge`, { into: own.member }),
      coordinator(`/v1/members/${own.member}/merge`, { into: of.member }),
    ],
    'POST /v1/cards/:id/revocation': [coordinator(`/v1/cards/${of.card}/revocation`, {})],
    'POST /v1/issues': [
      coordinator('/v1/issues', { organisationId: of.group, ...list }),
      coordinator('/v1/issues', { organisationId: own.group, ...list, corrects: [of.issue] }),
    ],
    'POST /v1/redemptions': [
      partner('/v1/redemptions', { venueId: of.venue, memberId: own.member, credits: '1' }),
    ],
    'POST /v1/transfers': [
      move(`wallet:${of.member}`, wallet, 'gift'),
      move(`pot:${of.group}`, wallet, 'thanks'),
      move(`allocation:${of.group}:lottery`, `pot:${own.group}`, 'thanks'),
      move(wallet, `pot:${of.group}`, 'donation'),
      move(`till:${of.venue}`, wallet, 'gift'),
      move(`clearing:${of.network}`, wallet, 'gift'),
      never(move(wallet, `till:${of.venue}`, 'gift')),
      never(move(wallet, `clearing:${of.network}`, 'gift')),
    ],
    'POST /v1/transactions/:id/reversals': [
      coordinator(`/v1/transactions/${of.issue}/reversals`, { reason: 'mistake' }),
      coordinator(`/v1/transactions/${of.redemption}/reversals`, { reason: 'mistake' }),
      partner(`/v1/transactions/${of.issue}/reversals`, { reason: 'mistake' }),
      partner(`/v1/transactions/${of.redemption}/reversals`, { reason: 'mistake' }),
    ],
  };
}

/** A body that no route takes, so that a call that is let in is stopped before it writes. */
const STRANGE = { 'not a field of anything': true };

function call(client: Client, { method, url }: Pick<Route, 'method' | 'url'>, body?: unknown) {
  return method === 'GET' ? client.get<Problem>(url) : client.post<Problem>(url, body ?? STRANGE);
}

/** A problem without what differs from one request to the next, and without the ids it repeats. */
function alike({ status, body }: Answer<Problem>): unknown {
  const { request_id: _, ...rest } = body;
  const words = JSON.stringify(rest);
  const ids = /(org|ven|mem|crd|off)_[0-9a-z]{16}|(txn|hld)_\d+_[0-9a-z]{16}|clearing:[a-z-]+/g;
  return { status, body: words.replace(ids, 'an id') };
}

t.test('the routes of the service', async (t) => {
  const world = await neighbours();
  const routes = await routesOf(world.service);
  const guarded = routes.filter(({ policy }) => policy !== 'public');
  const before = world.service.sequencer.ledger.revision;

  t.test('without a key', async (t) => {
    const nobody = new Client(world.app, undefined);
    for (const route of guarded) {
      const answer = await call(nobody, { ...route, url: filled(route.url, 'x') });
      const name = `${nameOf(route)} asks for a key`;
      isProblem(t, answer, { status: 401, code: 'unauthenticated' }, name);
      t.match(answer.headers['www-authenticate'], /^Bearer /, `${name}, and says of what kind`);
    }
  });

  for (const role of ROLES) {
    t.test(`with the key of a ${role}`, (t) => roleIsHeldTo(t, world, role, guarded));
  }

  t.test('that anybody may call', async (t) => {
    const open = routes.filter(({ policy }) => policy === 'public').map(nameOf);
    const health = ['GET /livez', 'GET /readyz', 'GET /v1/refusals'];
    const docs = [
      'GET /docs',
      'GET /docs/',
      'GET /docs/js/scalar.js',
      'GET /docs/till',
      'GET /openapi.json',
    ];
    const proofs = ['GET /v1/checkpoint', 'GET /v1/checkpoint/keys'];
    t.same(open.toSorted(), [...health, ...docs, ...proofs].toSorted(), 'are these and no others');
  });

  t.test('that name an object', (t) => foreignIsNotThere(t, world, guarded));

  t.equal(world.service.sequencer.ledger.revision, before, 'and nothing of all this was written');
});

async function roleIsHeldTo(
  t: Test,
  world: Neighbours,
  role: Role,
  guarded: readonly Route[],
): Promise<void> {
  for (const route of guarded) {
    const { policy = [] } = route;
    const answer = await call(world.clients[role], { ...route, url: filled(route.url, 'x') });
    if (typeof policy === 'string' || policy.includes(role)) {
      t.notOk([401, 403].includes(answer.status), `${nameOf(route)} lets it in`);
      continue;
    }
    const name = `${nameOf(route)} does not let it in`;
    isProblem(t, answer, { status: 403, code: 'forbidden' }, name);
    t.match(answer.body.detail, policy.join(' or '), `${name}, and says whom it does`);
  }
}

async function foreignIsNotThere(
  t: Test,
  world: Neighbours,
  guarded: readonly Route[],
): Promise<void> {
  const own = { group: world.group.id, member: world.own, venue: world.partner.venue };
  const theirs = namings(world.theirs, own);
  const nobodys = namings(NOBODYS, own);
  const calls = guarded.filter(({ policy }) => mayBe(policy, ['coordinator', 'partner']));
  t.same(Object.keys(theirs).toSorted(), calls.map(nameOf).toSorted(), 'are all in this table');
  for (const route of calls) {
    const asked = theirs[nameOf(route)] ?? [];
    if (typeof asked === 'string') continue;
    for (const [index, naming] of asked.entries()) {
      const other = nobodys[nameOf(route)]![index] as Naming;
      const { role, url, body, status = 404 } = naming;
      const answer = await call(world.clients[role], { ...route, url }, body);
      const name = `${role}: ${route.method} ${url} ${JSON.stringify(body) || ''}`;
      t.equal(answer.status, status, `${name} is refused`);
      const absent = await call(world.clients[role], { ...route, url: other.url }, other.body);
      t.same(alike(answer), alike(absent), `${name} is answered as what nobody has`);
    }
  }
}

function mayBe(policy: Route['policy'], roles: readonly Role[]): boolean {
  return policy === 'any key' || roles.some((role) => policy?.includes(role));
}

t.test('a route that says nothing of who may call it', async (t) => {
  const { service } = await neighbours();
  const app = await buildApp(service);
  app.get('/v1/left-open', () => 'anything');
  await t.rejects(async () => app.ready(), /\/v1\/left-open has no policy/, 'stops the service');
});
