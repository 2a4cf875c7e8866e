import t from 'tap';
import type { RedeemCredits } from '../../schemas/commands.ts';
import { digest } from '../../schemas/digest.ts';
import { did, given, transactionAt, type Past } from '../support/given.ts';
import { idOf } from '../support/names.ts';
import {
  ADMIN,
  AT,
  brought,
  card,
  carded,
  cardId,
  memberId,
  NEXT,
  PARTNER,
  sale,
  sold,
  venue,
  venueId,
  wallet,
  world,
} from '../support/past.ts';

const ON = '2026-06-09T00:00:00+01:00';
const LATER = '2026-06-09T20:15:00+01:00';
const CREDITED = [
  ...world(),
  brought(wallet('asha'), '20'),
  brought(wallet('ben'), '20'),
  venue('gym', 'leisure'),
];
const FIRST = NEXT + 3;

/** A line of a paper sheet. */
function line(more: Partial<RedeemCredits> = {}, name = 'asha', credits = '2') {
  return sale(name, credits, { paper: true, occurredAt: ON, ...more });
}

/** A history in which a line was taken, and what else was. */
const taken = (ask = line(), ...more: Past[]) => given(CREDITED, did(ask, ADMIN, AT), ...more);
const REFUSED = { refused: 'redemption_recorded_before' } as const;

t.test('a line of a paper sheet', async (t) => {
  given(CREDITED)
    .when(line({ reference: 'row-1' }), ADMIN)
    .then(t, 'is recorded as one', [
      {
        ...sold('asha', '2', { paper: true, reference: 'row-1' }),
        occurredOn: '2026-06-09',
        v: 3,
      },
    ]);
  const again = taken().when(line(), ADMIN);
  again.then(t, 'is recorded once', REFUSED);
  t.match(
    again.decision,
    {
      refusal: {
        detail:
          `The same line of a paper sheet was recorded before, as ${transactionAt(FIRST)}, for ` +
          '2026-06-09: venue, member, day, credits and reference are the same. Nothing was ' +
          'taken. If it is another visit, say "again": 1.',
        aloud: 'This visit was recorded before. Nothing was taken.',
      },
    },
    'and the refusal names the first, and what to do',
  );
  taken()
    .when(line({ occurredAt: LATER }), ADMIN)
    .then(t, 'is the same all day', REFUSED);
  const old = { at: '2026-07-10T09:00:00.000Z' };
  taken().when(line(), ADMIN, old).then(t, 'is known also once it is too old', REFUSED);
});

t.test('another line', async (t) => {
  const differs = (more: Partial<RedeemCredits>, name?: string, credits?: string) =>
    taken().when(line(more, name, credits), ADMIN);
  const on = (day: string) => ({ occurredOn: day });
  differs({ occurredAt: '2026-06-08T12:00:00+01:00' }).then(t, 'is of another day', [
    { ...sold('asha', '2', { paper: true }), ...on('2026-06-08') },
  ]);
  differs({}, 'ben').then(t, 'is of another member', [sold('ben', '2', { paper: true })]);
  differs({}, 'asha', '2.5').then(t, 'takes other credits', [sold('asha', '2.5', { paper: true })]);
  differs({ reference: 'row-2' }).then(t, 'has another reference', [
    sold('asha', '2', { paper: true, reference: 'row-2' }),
  ]);
  differs({ venueId: venueId('gym') }).then(t, 'is of another venue', [
    sold('asha', '2', { paper: true, credit: `till:${venueId('gym')}` }),
  ]);
});

t.test('another visit that is the same in all that a line says', async (t) => {
  const second = [sold('asha', '2', { paper: true, again: 1 })];
  taken()
    .when(line({ again: 1 }), ADMIN)
    .then(t, 'says again', second);
  given(CREDITED)
    .when(line({ again: 1 }), ADMIN)
    .then(t, 'on a sheet of its own too', second);
  taken(line(), did(line({ again: 1 }), ADMIN, AT))
    .when(line({ again: 1 }), ADMIN)
    .then(t, 'is recorded once as well', REFUSED);
  taken(line({ again: 1 }))
    .when(line(), ADMIN)
    .then(t, 'leaves room for the first', [sold('asha', '2', { paper: true })]);
  taken(line(), did(line({ again: 1 }), ADMIN, AT))
    .when(line({ again: 2 }), ADMIN)
    .then(t, 'may be the third', [sold('asha', '2', { paper: true, again: 2 })]);
});

t.test('a line without a day', async (t) => {
  const bare = line({ occurredAt: undefined });
  const same = taken(bare).when(bare, ADMIN);
  same.then(t, 'is recorded once', REFUSED);
  t.match(same.decision, { refusal: { detail: /no day.*give its day, or say "again": 1\./ } });
  taken(bare)
    .when(bare, ADMIN, { at: '2026-06-20T09:00:00.000Z' })
    .then(t, 'may be that of any other day', REFUSED);
  taken(bare)
    .when(line({ occurredAt: '2026-06-10T09:00:00+01:00' }), ADMIN)
    .then(t, 'is the same as one of the day that it came on', REFUSED);
  taken(bare)
    .when(line(), ADMIN)
    .then(t, 'is another than one of a day before', [sold('asha', '2', { paper: true })]);
  taken(line({ occurredAt: '2026-06-10T08:00:00+01:00' }))
    .when(bare, ADMIN)
    .then(t, 'is the same as one of today', REFUSED);
});

t.test('a member', async (t) => {
  const withCard = line({ member: card('asha') });
  given(CREDITED, carded('asha'), did(line(), ADMIN, AT))
    .when(withCard, PARTNER)
    .then(t, 'is the same by id and by card', REFUSED);
  given(CREDITED, carded('asha'), did(withCard, PARTNER, AT))
    .when(line(), ADMIN)
    .then(t, 'and the other way round', REFUSED);
  given(CREDITED, carded('asha'))
    .when(withCard, PARTNER)
    .then(t, 'may show a card', [sold('asha', '2', { cardId: cardId('asha'), paper: true })]);
  const merge = { type: 'MergeMembers', from: memberId('asha'), into: memberId('ben') } as const;
  taken(line(), did(merge, ADMIN, AT))
    .when(line({}, 'ben'), ADMIN)
    .then(t, 'is the same after a merge, under the other id', REFUSED);
  taken(line(), did(merge, ADMIN, AT))
    .when(line(), ADMIN)
    .then(t, 'and under the old one', REFUSED);
});

t.test('what was given back', async (t) => {
  const reversal = (credits?: string) =>
    did(
      {
        type: 'ReverseTransaction',
        transactionId: transactionAt(FIRST),
        credits,
        reason: 'mistake',
      },
      ADMIN,
      AT,
    );
  taken(line(), reversal())
    .when(line(), ADMIN)
    .then(t, 'in full is no duplicate', [sold('asha', '2', { paper: true })]);
  taken(line(), reversal('1')).when(line(), ADMIN).then(t, 'in part is one', REFUSED);
});

t.test('a line under an offer', async (t) => {
  const offerId = idOf('off', 'swim');
  const offer = {
    offerId,
    venueId: venueId('pool'),
    title: 'Swim',
    restrictions: '',
    adultCredits: '2',
    under16Credits: '1',
    largestParty: 4,
  };
  const past = [...CREDITED, { type: 'OfferPublished' as const, data: offer }];
  const under = (more: Partial<RedeemCredits> = {}) =>
    line({ credits: undefined, offerId, ...more });
  const swum = given(past, did(under(), ADMIN, AT));
  swum.when(under(), ADMIN).then(t, 'is recorded once', REFUSED);
  swum
    .when(under({ party: { adults: 1, under16s: 0 } }), ADMIN)
    .then(t, 'is for one adult unless it says more', REFUSED);
  const party = { adults: 1, under16s: 1 };
  swum
    .when(under({ party }), ADMIN)
    .then(t, 'is another for other people', [sold('asha', '3', { offerId, paper: true, party })]);
});

t.test('a sale at a till', async (t) => {
  const atTill = sale('asha', '2', { occurredAt: ON });
  given(CREDITED, did(atTill, ADMIN, AT))
    .when(atTill, ADMIN)
    .then(t, 'may be the same as often as it comes', [sold('asha', '2')]);
  taken()
    .when(atTill, ADMIN)
    .then(t, 'is no line of a sheet', [sold('asha', '2')]);
  const { ledger } = given(CREDITED, did(atTill, ADMIN, AT)).book;
  const asLine = ['paper', venueId('pool'), memberId('asha'), '2026-06-09', '2', '', '0'];
  t.same(ledger.lines.candidates(digest(...asLine)), [], 'and costs no place among the lines');
  const { ledger: other } = taken().book;
  t.same(other.lines.candidates(digest(...asLine)), [FIRST], 'as a line does, for ever the same');
});

t.test('a ledger of an older format', async (t) => {
  given(world({}, 2), brought(wallet('asha'), '20'))
    .when(line(), ADMIN)
    .then(t, 'takes no line of a sheet yet', { refused: 'format_too_low' });
  given(world({}, 2), brought(wallet('asha'), '20'))
    .when(sale('asha', '2'), ADMIN)
    .then(t, 'takes sales as ever', [{ ...sold('asha', '2'), v: 2 }]);
});
