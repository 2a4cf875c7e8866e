import t from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import { keyDigest } from '../../schemas/digest.ts';
import type { AccessId } from '../../schemas/ids.ts';
import { did, given } from '../support/given.ts';
import { book, bookPot, cancel, capture, published, swimming } from '../support/booked.ts';
import { hashOf } from '../support/names.ts';
import {
  accessId,
  ADMIN,
  brought,
  card,
  carded,
  cardId,
  cardRevoked,
  COORDINATOR,
  granted,
  hours,
  member,
  organisationId,
  PARTNER,
  pot,
  RULES,
  sale,
  sold,
  venueId,
  sheetOf,
  wallet,
  world,
} from '../support/past.ts';

const KEY = keyDigest(organisationId('leisure'), 'sale-1');
const CREDITED = [...world(), brought(wallet('asha'), '10'), carded('asha')];
const SALE = CREDITED.length;
const AT = '2026-06-10T08:00:00.000Z';
const first = { key: KEY, body: hashOf('body'), at: AT };
const other = { key: KEY, body: hashOf('another body') };

t.test('the same key and body', async (t) => {
  const withCard = sale('asha', '4', { member: card('asha') });
  const retry = { key: KEY, body: hashOf('body') };
  given(CREDITED, did(withCard, PARTNER, first))
    .when(withCard, PARTNER, retry)
    .then(t, 'is the first answer again', { replayed: [SALE] });
  given(CREDITED, did(withCard, PARTNER, first))
    .when(withCard, PARTNER, { ...retry, at: '2027-06-10T08:00:00.000Z' })
    .then(t, 'is so a year later', { replayed: [SALE] });
  given(CREDITED, did(withCard, PARTNER, first), cardRevoked('asha'))
    .when(withCard, PARTNER, retry)
    .then(t, 'is so after the card was revoked', { replayed: [SALE] });
  given(CREDITED, granted('second till', 'partner', { organisation: 'leisure' }))
    .when(withCard, accessId('second till'), retry)
    .then(t, 'is the first while nothing was recorded', [
      sold('asha', '4', { cardId: cardId('asha') }),
    ]);
  given(
    CREDITED,
    did(withCard, PARTNER, first),
    granted('second till', 'partner', { organisation: 'leisure' }),
  )
    .when(withCard, accessId('second till'), retry)
    .then(t, 'is the same from another access of the organisation', { replayed: [SALE] });
  given(CREDITED, did(withCard, PARTNER, first), {
    type: 'AccessRevoked',
    data: { accessId: PARTNER },
  })
    .when(withCard, PARTNER, retry)
    .then(t, 'tells nothing to an access that was revoked', { refused: 'unauthenticated' });
  const list = hours({ asha: 60, carol: 30 });
  const listed = { key: keyDigest(organisationId('garden'), 'list-1'), body: hashOf('list') };
  given(CREDITED, did(list, COORDINATOR, { ...listed, at: AT }))
    .when(list, COORDINATOR, listed)
    .then(t, 'answers with every event of the command', { replayed: [SALE, SALE + 1] });
  given(CREDITED)
    .when(sale('asha', '11', { member: card('asha') }), PARTNER, retry)
    .then(t, 'after a refusal is decided afresh', { refused: 'insufficient_credits' });
});

t.test('the same key of another scope', async (t) => {
  const scopes = [organisationId('leisure'), organisationId('cinema'), 'network'];
  const keys = new Set(scopes.map((scope) => keyDigest(scope, 'sale-1')));
  t.equal(keys.size, 3, 'is another key');
  given(CREDITED, did(sale('asha', '4'), ADMIN, first))
    .when(sale('asha', '4'), ADMIN, { key: keyDigest('network', 'sale-1'), body: hashOf('body') })
    .then(t, 'is another sale', [sold('asha', '4')]);
});

t.test('the same key with another body', async (t) => {
  const fields = (past: Ask, by: AccessId, ask: Ask) => {
    const { decision } = given(CREDITED, did(past, by, first)).when(ask, by, other);
    if (decision.outcome !== 'refused') return decision.outcome;
    const { code, detail } = decision.refusal;
    return code === 'key_reused' ? /differs: (.*)\. Use/.exec(detail)?.[1] : code;
  };
  const said = { reference: 'a', terminal: 'till-1', party: { adults: 1, under16s: 2 } };
  const base = sale('asha', '4', said);
  const cases: readonly (readonly [string, AccessId, Ask, Ask])[] = [
    ['credits', ADMIN, base, sale('asha', '5', said)],
    ['reference', ADMIN, base, sale('asha', '4', { ...said, reference: 'b' })],
    ['terminal', ADMIN, base, sale('asha', '4', { ...said, terminal: 'till-2' })],
    ['party', ADMIN, base, sale('asha', '4', { ...said, party: { adults: 2, under16s: 2 } })],
    [
      'occurredAt',
      ADMIN,
      sale('asha', '4'),
      sale('asha', '4', { occurredAt: '2026-06-10T08:30:00Z' }),
    ],
    ['member', ADMIN, base, sale('carol', '4', said)],
    ['venueId', ADMIN, base, sale('asha', '4', { ...said, venueId: venueId('screen') })],
    ['the form of the body', ADMIN, base, sale('asha', '4', { ...said, member: card('asha') })],
    ['the call itself', ADMIN, base, { type: 'RegisterOrganisation', name: 'x', roles: ['earn'] }],
    [
      'name',
      ADMIN,
      { type: 'RegisterOrganisation', name: 'x', roles: ['earn'] },
      { type: 'RegisterOrganisation', name: 'y', roles: ['earn'] },
    ],
    ['entries', COORDINATOR, hours({ carol: 60 }), hours({ carol: 61 })],
    [
      'occurredOn',
      COORDINATOR,
      hours({ carol: 60 }),
      hours({ carol: 60 }, { occurredOn: '2026-06-08' }),
    ],
    ['activity', COORDINATOR, hours({ carol: 60 }), hours({ carol: 60 }, { activity: 'digging' })],
    ['fund', COORDINATOR, hours({ carol: 60 }), hours({ carol: 60 }, { fund: 'health' })],
    ['absences', COORDINATOR, hours({ carol: 60 }), hours({ carol: 60, dora: 0 })],
    ['sheet', COORDINATOR, hours({ carol: 60 }), hours({ carol: 60 }, { sheet: sheetOf('a') })],
    ['role', ADMIN, grant('auditor'), grant('commissioner')],
    ['expiresOn', ADMIN, grant('auditor'), { ...grant('auditor'), expiresOn: '2027-01-01' }],
    ['credits', ADMIN, allocate('5'), allocate('6')],
    ['firstDay', ADMIN, allocate('5'), { ...allocate('5'), firstDay: '2026-01-01' }],
    ['entries', ADMIN, bring('5'), bring('6')],
    ['entries', COORDINATOR, give('1'), give('2')],
    ['reason', COORDINATOR, give('1'), { ...give('1'), reason: 'thanks' }],
    ['agreed', COORDINATOR, give('1'), { ...give('1'), agreed: 'signed_form' }],
    ['organisationId', ADMIN, { type: 'EnrolMember' }, enrolInto('garden')],
    ['member', COORDINATOR, join('dora'), join('carol')],
    ['rules', ADMIN, change('0.5'), change('0.25')],
    ...bookings(),
  ];
  for (const [expected, by, past, ask] of cases) {
    t.equal(fields(past, by, ask), expected, `is refused; ${past.type} names ${expected}`);
  }
});

t.test('a list whose first line makes no credit', async (t) => {
  const entries = [
    { member: member('carol'), minutes: 60, give: 'none' },
    { member: member('asha'), minutes: 60 },
  ] as const;
  const list = hours({}, { entries, fund: 'health' });
  const { decision } = given(CREDITED, did(list, COORDINATOR, first)).when(
    { ...list, activity: 'digging' },
    COORDINATOR,
    other,
  );
  t.match(
    decision,
    { refusal: { detail: /differs: activity\. / } },
    'names only what differs, although a fund was named',
  );
});

/** Offers and bookings, of which only an admin may name what is another partner's. */
function bookings(): readonly (readonly [string, AccessId, Ask, Ask])[] {
  const at = '2026-06-10T12:00:00Z';
  const expiresAt = '2026-06-10T13:00:00.000Z';
  const said = { reference: 'a', terminal: 'till-1', visitAt: at, expiresAt };
  const base = book('asha', '4', said);
  const cases: readonly (readonly [string, Ask, Ask])[] = [
    ['credits', base, book('asha', '5', said)],
    ['member', base, book('carol', '4', said)],
    ['venueId', base, book('asha', '4', { ...said, venueId: venueId('screen') })],
    ['reference', base, book('asha', '4', { ...said, reference: 'b' })],
    ['terminal', base, book('asha', '4', { ...said, terminal: 'till-2' })],
    ['party', base, book('asha', '4', { ...said, party: { adults: 1, under16s: 0 } })],
    ['visitAt', base, book('asha', '4', { ...said, visitAt: '2026-06-10T12:30:00Z' })],
    ['expiresAt', base, book('asha', '4', { ...said, expiresAt: '2026-06-10T14:00:00.000Z' })],
    ['offerId', base, book('asha', undefined, said)],
    ['potOf, member', base, bookPot('garden', '4', said)],
    ['the form of the body', base, book('asha', '4', { ...said, member: card('asha') })],
    ['the call itself', base, sale('asha', '4')],
    [
      'title',
      { type: 'PublishOffer', ...swimming() },
      { type: 'PublishOffer', ...swimming({ title: 'x' }) },
    ],
    [
      'caps',
      { type: 'PublishOffer', ...swimming() },
      { type: 'PublishOffer', ...swimming({ caps: { memberDay: 1 } }) },
    ],
  ];
  return cases.map(([expected, past, ask]) => [expected, ADMIN, past, ask] as const);
}

t.test('the same key for the end of another booking', async (t) => {
  const booked = [
    did(book('asha', '4'), ADMIN, { at: AT }),
    did(book('asha', '4'), ADMIN, { at: AT }),
  ];
  const detail = (past: Ask, ask: Ask) => {
    const { decision } = given(CREDITED, booked, did(past, ADMIN, first)).when(ask, ADMIN, other);
    return decision.outcome === 'refused' ? decision.refusal.detail : decision.outcome;
  };
  const { length } = CREDITED;
  t.match(detail(capture(length), capture(length + 1)), /differs: holdId\./, 'names the booking');
  t.match(detail(capture(length), capture(length, '3')), /differs: credits\./, 'or the part');
  t.match(detail(cancel(length), cancel(length + 1)), /differs: holdId\./, 'also of one cancelled');
  t.match(detail(cancel(length), capture(length)), /differs: the call itself\./, 'or the call');
});

function grant(role: 'auditor' | 'commissioner') {
  const ids = { accessId: accessId('new'), keyHash: hashOf('new key'), label: 'new' };
  return { type: 'GrantAccess', role, ...ids } as const;
}

function allocate(credits: string) {
  const organisation = organisationId('garden');
  return { type: 'AllocateCredits', organisationId: organisation, fund: 'new', credits } as const;
}

function bring(credits: string) {
  return { type: 'BringForward', entries: [{ account: pot('garden'), credits }] } as const;
}

function give(credits: string) {
  const entries = [{ from: wallet('asha'), to: wallet('carol'), credits }];
  return { type: 'TransferCredits', entries, reason: 'gift', agreed: 'card' } as const;
}

function enrolInto(group: string) {
  return { type: 'EnrolMember', organisationId: organisationId(group) } as const;
}

function join(name: string) {
  return { type: 'AddMembership', member: member(name) } as const;
}

function change(creditStep: typeof RULES.creditStep) {
  return { type: 'ChangeRules', rules: { creditStep } } as const;
}

t.test('a key of a closing that ended something besides', async (t) => {
  const close = { type: 'CloseVenue', venueId: venueId('pool') } as const;
  const past = [...CREDITED, published(), did(close, ADMIN, first)];
  const { decision } = given(past).when({ ...close, venueId: venueId('screen') }, ADMIN, other);
  const said = /was used for VenueClosed; what differs: venueId\./;
  t.match(decision, { refusal: { code: 'key_reused', detail: said } }, 'was used for the closing');
});
