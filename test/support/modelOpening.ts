import type { Ask } from '../../schemas/commands.ts';
import type { MemberId, OrganisationId, VenueId } from '../../schemas/ids.ts';
import type { Books } from './modelBooks.ts';
import { hashOf, idOf } from './names.ts';
import { RULES } from './past.ts';

/** The commands with which every run begins, until all is registered that the format may hold. */
export function opening(format: number): ((books: Books) => Ask)[] {
  const last = (table: Record<string, unknown>, index: number) => Object.keys(table)[index]!;
  const organisation = (books: Books, index: number) =>
    last(books.organisations, index) as OrganisationId;
  const rules = { ...RULES, memberDayMinutes: 240, creditStep: '0.5' as const };
  const admin = { accessId: idOf('acc', 'admin'), keyHash: hashOf('key'), label: 'admin' };
  const role =
    (role: 'coordinator' | 'partner', at: number) =>
    (books: Books): Ask => ({
      ...{ type: 'GrantAccess', role, label: role, keyHash: hashOf('key') },
      accessId: idOf('acc', `${role} ${at}`),
      organisationId: organisation(books, at),
      memberId: role === 'coordinator' ? (last(books.members, at) as MemberId) : undefined,
    });
  const fund =
    (at: number, fund: string, credits: string, lastDay?: string) =>
    (books: Books): Ask => ({
      ...{
        type: 'AllocateCredits',
        organisationId: organisation(books, at),
        fund,
        credits,
        lastDay,
      },
    });
  return [
    () => ({ type: 'OpenLedger', network: 'medway', timeZone: 'Europe/London', rules, admin }),
    () => ({ type: 'RegisterOrganisation', name: 'Garden', roles: ['earn'] }),
    () => ({ type: 'RegisterOrganisation', name: 'Hub', roles: ['earn', 'spend'] }),
    () => ({ type: 'RegisterOrganisation', name: 'Leisure', roles: ['spend'] }),
    (books) => ({ type: 'RegisterVenue', organisationId: organisation(books, 1), name: 'Hall' }),
    (books) => ({
      ...{ type: 'RegisterVenue', organisationId: organisation(books, 2), name: 'Pool' },
      openAmounts: format > 1 ? true : undefined,
    }),
    (books) => ({ type: 'EnrolMember', organisationId: organisation(books, 0) }),
    (books) => ({ type: 'EnrolMember', organisationId: organisation(books, 0) }),
    (books) => ({ type: 'EnrolMember', organisationId: organisation(books, 1) }),
    () => ({ type: 'EnrolMember' }),
    role('coordinator', 0),
    role('coordinator', 1),
    role('partner', 1),
    role('partner', 2),
    (books) => ({
      type: 'BringForward',
      entries: [
        ...Object.keys(books.members).map((id, at) => {
          return { account: `wallet:${id}` as const, credits: at < 3 ? '9' : '1' };
        }),
        { account: `pot:${last(books.organisations, 0)}`, credits: '9' },
        { account: `pot:${last(books.organisations, 1)}`, credits: '9' },
      ],
    }),
    (books) => ({
      ...{ type: 'PublishOffer', venueId: last(books.venues, 1) as VenueId, title: 'Swim' },
      ...{ restrictions: 'None.', adultCredits: '0.5', under16Credits: '0', largestParty: 4 },
      caps: { memberDay: 1, memberMonth: 3, venueDayCredits: '2', slotPlaces: 4 },
    }),
    () => ({
      ...{ type: 'RegisterNetwork', network: 'cardiff', name: 'Cardiff' },
      ...{ theyOweAtMost: '2', weOweAtMost: '1' },
    }),
    (books) => ({
      ...{ type: 'IssueCard', memberId: last(books.members, 1) as MemberId },
      hmac: hashOf('card of the second member'),
    }),
    fund(0, 'a', '20'),
    fund(0, 'b', '4', '2026-12-30'),
    fund(1, 'a', '12'),
  ];
}
