import type { Ask, Bearer, IssueCredits, Sheet } from '../../schemas/commands.ts';
import { FORMAT, type EventOf } from '../../schemas/events/index.ts';
import type { Rules } from '../../schemas/events/ledger.ts';
import type { OrganisationRole } from '../../schemas/events/organisation.ts';
import { accountOf, PROGRAMME } from '../../schemas/ids.ts';
import type { Role } from '../../schemas/roles.ts';
import type { Fact } from '../../src/ledger/context.ts';
import { transactionAt } from './given.ts';
import { hashOf, idOf } from './names.ts';

/** Common histories, in the names that the tests of the ledger share. */
export const RULES: Rules = {
  creditStep: '1',
  issueBackdatingDays: 31,
  redemptionBackdatingDays: 2,
  memberDayMinutes: 600,
  longestHoldDays: 31,
  largestRedemption: '50',
  yearStart: '04-01',
};

export const organisationId = (name: string) => idOf('org', name);
export const venueId = (name: string) => idOf('ven', name);
export const memberId = (name: string) => idOf('mem', name);
export const cardId = (name: string) => idOf('crd', name);
export const accessId = (name: string) => idOf('acc', name);
export const wallet = (name: string) => accountOf.wallet(memberId(name));
export const pot = (name: string) => accountOf.pot(organisationId(name));
export const till = (name: string) => accountOf.till(venueId(name));
export const allocation = (name: string, fund: string) =>
  accountOf.allocation(organisationId(name), fund);
export const card = (name: string): Bearer => ({ cardHmac: hashOf(`card of ${name}`) });
export const member = (name: string): Bearer => ({ memberId: memberId(name) });

export function opened(
  rules: Partial<Rules> = {},
  timeZone = 'Europe/London',
  format = FORMAT,
): Fact[] {
  const data = { network: 'medway', format, timeZone, rules: { ...RULES, ...rules } };
  return [{ type: 'LedgerOpened', data }, granted('admin', 'admin')];
}

export function granted(
  name: string,
  role: Role,
  more: { organisation?: string; member?: string; expiresOn?: string } = {},
): Fact {
  const organisation = more.organisation && organisationId(more.organisation);
  const data = {
    ...{
      accessId: accessId(name),
      role,
      label: name.replace(' ', '-'),
      keyHash: hashOf(`key of ${name}`),
    },
    organisationId: organisation,
    memberId: more.member && memberId(more.member),
    expiresOn: more.expiresOn,
  } as EventOf<'AccessGranted'>['data'];
  return { type: 'AccessGranted', data };
}

export function registered(name: string, ...roles: OrganisationRole[]): Fact {
  const data = { organisationId: organisationId(name), name, roles };
  return { type: 'OrganisationRegistered', data, organisation: organisationId(name) };
}

export function venue(name: string, owner: string): Fact {
  const data = { venueId: venueId(name), organisationId: organisationId(owner), name };
  return { type: 'VenueRegistered', data, organisation: data.organisationId };
}

export function enrolled(name: string, group?: string): Fact {
  const organisation = group === undefined ? undefined : organisationId(group);
  const data = { memberId: memberId(name), organisationId: organisation };
  return { type: 'MemberEnrolled', data, organisation };
}

export function carded(name: string): Fact {
  const hmac = hashOf(`card of ${name}`);
  const data = { cardId: cardId(name), memberId: memberId(name), hmac };
  return { type: 'CardIssued', data };
}

export function cardRevoked(name: string): Fact {
  return { type: 'CardRevoked', data: { cardId: cardId(name), memberId: memberId(name) } };
}

export function funded(
  group: string,
  fund: string,
  credits: string,
  days: { firstDay?: string; lastDay?: string } = {},
): Fact {
  const data = { debit: PROGRAMME, credit: allocation(group, fund), credits, ...days };
  return { type: 'CreditsAllocated', data, organisation: organisationId(group) };
}

export function brought(account: string, credits: string): Fact {
  return { type: 'CreditsBroughtForward', data: { debit: PROGRAMME, credit: account, credits } };
}

export const ADMIN = accessId('admin');
export const COORDINATOR = accessId('coordinator');
export const OTHER_COORDINATOR = accessId('other coordinator');
export const PARTNER = accessId('partner');
export const OTHER_PARTNER = accessId('other partner');
export const AUDITOR = accessId('auditor');

/** Two earn groups with funds, two spend partners with venues, and four members. */
export function world(rules: Partial<Rules> = {}, format = FORMAT): Fact[] {
  return [
    ...opened(rules, 'Europe/London', format),
    registered('garden', 'earn'),
    registered('kitchen', 'earn'),
    registered('leisure', 'spend'),
    registered('cinema', 'spend'),
    venue('pool', 'leisure'),
    venue('screen', 'cinema'),
    enrolled('asha', 'garden'),
    enrolled('ben', 'garden'),
    enrolled('carol', 'kitchen'),
    enrolled('dora'),
    granted('coordinator', 'coordinator', { organisation: 'garden', member: 'ben' }),
    granted('other coordinator', 'coordinator', { organisation: 'kitchen' }),
    granted('partner', 'partner', { organisation: 'leisure' }),
    granted('other partner', 'partner', { organisation: 'cinema' }),
    granted('auditor', 'auditor'),
    funded('garden', 'health', '100'),
    funded('kitchen', 'lottery', '100'),
  ];
}

/** The revision that the first event after `world` has. */
export const NEXT = world().length;

/** An hour before the time of the tests. */
export const AT = { at: '2026-06-10T08:00:00.000Z' };

/** A list of the garden's for some members, in minutes: `hours({ asha: 90 })`. */
export function hours(
  minutes: Readonly<Record<string, number>>,
  more: Partial<Omit<IssueCredits, 'type'>> = {},
): IssueCredits {
  return {
    type: 'IssueCredits',
    organisationId: organisationId('garden'),
    occurredOn: '2026-06-09',
    activity: 'weeding',
    entries: Object.entries(minutes).map(([name, minutes]) => ({ member: member(name), minutes })),
    ...more,
  };
}

/** A sheet as a command names it. */
export function sheetOf(reference: string, sha256 = 'a'.repeat(64)): Sheet {
  return { reference, sha256, hmac: hashOf(`sheet ${sha256}`) };
}

/** What a list of the garden's makes of one line that goes to the wallet. */
export function hour(
  name: string,
  minutes: number,
  credits: string,
  carriedMinutes: number,
  more: object = {},
) {
  return {
    type: 'CreditsIssued' as const,
    data: {
      ...{ memberId: memberId(name), give: 'wallet', minutes, activity: 'weeding' },
      ...{ debit: allocation('garden', 'health'), credit: wallet(name), credits, carriedMinutes },
      ...more,
    },
  };
}

/** A sale at the pool. */
export function sale(
  name: string,
  credits: string,
  more: Partial<Extract<Ask, { type: 'RedeemCredits' }>> = {},
): Ask {
  const bearer = member(name);
  return { type: 'RedeemCredits', venueId: venueId('pool'), member: bearer, credits, ...more };
}

/** What a sale at the pool makes. */
export function sold(name: string, credits: string, more: object = {}) {
  const data = { debit: wallet(name), credit: till('pool'), credits, ...more };
  return { type: 'CreditsRedeemed' as const, data };
}

/** What a refund of a sale at the pool makes, unless more is said. */
export function refunded(
  name: string,
  credits: string,
  revision: number,
  more: Partial<EventOf<'TransactionReversed'>['data']> = {},
) {
  const data = {
    ...{ debit: till('pool'), credit: wallet(name), credits },
    ...{ reverses: transactionAt(revision), reason: 'goodwill' as const, ...more },
  };
  return { type: 'TransactionReversed' as const, data };
}
