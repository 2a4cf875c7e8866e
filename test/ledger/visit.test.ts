import t from 'tap';
import type { Ask, Bearer, VisitLine } from '../../schemas/commands.ts';
import { accountOf } from '../../schemas/ids.ts';
import { linesOf } from '../../schemas/stream.ts';
import { encode } from '../../src/journal/encode.ts';
import { bookOf, decided, did, given, NOW, transactionAt } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  ADMIN,
  brought,
  card,
  carded,
  cardId,
  cardRevoked,
  COORDINATOR,
  enrolled,
  member,
  NEXT,
  organisationId,
  PARTNER,
  till,
  venueId,
  wallet,
  world,
} from '../support/past.ts';

const CARDIFF = accountOf.clearing('cardiff');
const TODAY = '2026-06-10';

function network(name: string, theyOweAtMost: string, weOweAtMost: string): Ask {
  return { type: 'RegisterNetwork', network: name, theyOweAtMost, weOweAtMost };
}

function limits(theyOweAtMost: string, weOweAtMost: string): Ask {
  return { type: 'ChangeNetworkLimits', network: 'cardiff', theyOweAtMost, weOweAtMost };
}

function visits(...lines: readonly VisitLine[]): Ask {
  return { type: 'RecordVisit', network: 'cardiff', visits: lines };
}

/** A visitor from Cardiff at the pool. */
function here(credits: string, reference: string, more: Partial<VisitLine> = {}) {
  const line = { direction: 'here', venueId: venueId('pool'), credits, reference };
  return { occurredOn: TODAY, ...line, ...more } as VisitLine;
}

/** A member of ours in Cardiff. */
function away(name: string, credits: string, reference: string, bearer: Bearer = member(name)) {
  const line = { direction: 'away', member: bearer, credits, reference };
  return { occurredOn: TODAY, ...line } as VisitLine;
}

function visited(debit: string, credit: string, credits: string, reference: string, more = {}) {
  return { type: 'VisitRecorded' as const, data: { debit, credit, credits, reference, ...more } };
}

/** Two networks, and a member with ten credits. */
const AGREED = [
  ...world(),
  brought(wallet('asha'), '10'),
  did(network('cardiff', '20', '5'), ADMIN),
  did(network('bristol', '20', '5'), ADMIN),
];
const FIRST = NEXT + 3;
const RECORDED = did(visits(here('2', 'a/1'), away('asha', '3', 'a/2')), ADMIN, { at: NOW });

t.test('a network', async (t) => {
  const named: Ask = {
    ...{ type: 'RegisterNetwork', network: 'cardiff', name: 'Cardiff Time Credits' },
    ...{ theyOweAtMost: '20', weOweAtMost: '0' },
  };
  const { type: _, ...data } = named;
  given(world())
    .when(named, ADMIN)
    .then(t, 'is registered with its limits', [{ type: 'NetworkRegistered', data }]);
  given(world())
    .when(named, PARTNER)
    .then(t, 'is for an admin to register', { refused: 'forbidden' });
  given(world())
    .when(network('medway', '1', '1'), ADMIN)
    .then(t, 'is another than this one', { refused: 'own_network' });
  given(AGREED)
    .when(network('cardiff', '9', '9'), ADMIN)
    .then(t, 'is registered once', { refused: 'network_exists' });
  given(world({}, 1))
    .when(named, ADMIN)
    .then(t, 'waits for the format that holds it', { refused: 'format_too_low' });
});

t.test('the limits of a network', async (t) => {
  const data = { network: 'cardiff', theyOweAtMost: '1', weOweAtMost: '5' };
  given(AGREED, RECORDED)
    .when(limits('1', '5'), ADMIN)
    .then(t, 'are changed, also below what is owed', [{ type: 'NetworkLimitsChanged', data }]);
  given(AGREED)
    .when(limits('20', '5'), ADMIN)
    .then(t, 'are changed to others', { refused: 'limits_unchanged' });
  given(world())
    .when(limits('20', '5'), ADMIN)
    .then(t, 'are those of a network that is registered', { refused: 'network_not_found' });
});

t.test('visits', async (t) => {
  given(AGREED)
    .when(visits(here('2', 'a/1'), away('asha', '3', 'a/2')), ADMIN)
    .then(t, 'go from the mirror account to a till, and from a wallet to the mirror account', [
      { ...visited(CARDIFF, till('pool'), '2', 'a/1'), occurredOn: TODAY },
      { ...visited(wallet('asha'), CARDIFF, '3', 'a/2'), occurredOn: TODAY },
    ]);
  const { ledger } = bookOf([...AGREED, RECORDED]);
  const balances = [CARDIFF, till('pool'), wallet('asha')].map((one) => ledger.balances.get(one));
  t.same(balances, [100, 200, 700], 'and the mirror account is above zero by what we owe');
  given(AGREED)
    .when(visits(here('1', 'x')), PARTNER)
    .then(t, 'are for an admin to record', { refused: 'forbidden' });
  given(world())
    .when(visits(here('1', 'x')), ADMIN)
    .then(t, 'need a network that is registered', { refused: 'network_not_found' });
  given(AGREED)
    .when(visits(here('1', 'x', { venueId: venueId('nowhere') })), ADMIN)
    .then(t, 'here need a venue', {
      refused: 'venue_not_found',
      errors: [{ pointer: '#/visits/0/venueId', code: 'venue_not_found' }],
    });
  given(AGREED)
    .when(visits(away('nobody', '1', 'x')), ADMIN)
    .then(t, 'away need a member', {
      refused: 'member_not_found',
      errors: [{ pointer: '#/visits/0/memberId', code: 'member_not_found' }],
    });
  given(AGREED)
    .when(visits(away('asha', '6', 'a', member('ben'))), ADMIN)
    .then(t, 'away take what the wallet has', {
      refused: 'insufficient_credits',
      facts: { available: '0', needed: '6' },
    });
});

t.test('a visit with a card', async (t) => {
  const shown = visits(away('asha', '1', 'x', card('asha')));
  const taken = visited(wallet('asha'), CARDIFF, '1', 'x', { cardId: cardId('asha') });
  given(AGREED, carded('asha')).when(shown, ADMIN).then(t, 'keeps which card it was', [taken]);
  given(AGREED, carded('asha'), cardRevoked('asha'))
    .when(shown, ADMIN)
    .then(t, 'takes one that stands', {
      refused: 'card_revoked',
      errors: [{ pointer: '#/visits/0/card', code: 'card_revoked' }],
    });
  given(AGREED, carded('asha'))
    .when(visits(away('asha', '1', 'x')), ADMIN)
    .then(t, 'needs none: the other network saw it', [visited(wallet('asha'), CARDIFF, '1', 'x')]);
});

t.test('a list with several faults', async (t) => {
  const list = visits(
    here('1', 'x', { venueId: venueId('nowhere') }),
    here('1', 'fine'),
    here('1', 'y', { occurredOn: '2026-06-11' }),
    here('1', 'fine'),
    away('ben', '1', 'z'),
  );
  const decision = given(AGREED).when(list, ADMIN);
  decision.then(t, 'names each of them, and records nothing', {
    refused: 'entries_refused',
    errors: [
      { pointer: '#/visits/0/venueId', code: 'venue_not_found' },
      { pointer: '#/visits/2/occurredOn', code: 'occurred_in_future' },
      { pointer: '#/visits/3/reference', code: 'visit_twice' },
      { pointer: '#/visits/4/credits', code: 'insufficient_credits' },
    ],
  });
  t.match(
    decision.decision,
    { refusal: { errors: { 2: { detail: /^Line 4: .*before, at line 2\.$/ } } } },
    'by their lines',
  );
});

t.test('the reference of the other side', async (t) => {
  const again = given(AGREED, RECORDED).when(visits(here('9', 'a/1')), ADMIN);
  again.then(t, 'is used once', { refused: 'visit_recorded_before' });
  const first = transactionAt(FIRST);
  t.match(again.decision, { refusal: { detail: new RegExp(first) } }, 'and the first is named');
  const reverse: Ask = { type: 'ReverseTransaction', transactionId: first, reason: 'mistake' };
  given(AGREED, RECORDED, did(reverse, ADMIN, { at: NOW }))
    .when(visits(here('2', 'a/1')), ADMIN)
    .then(t, 'stays used where the visit is reversed', { refused: 'visit_recorded_before' });
  given(AGREED, RECORDED)
    .when({ type: 'RecordVisit', network: 'bristol', visits: [here('2', 'a/1')] }, ADMIN)
    .then(t, 'is each network’s own', [
      visited(accountOf.clearing('bristol'), till('pool'), '2', 'a/1'),
    ]);
});

t.test('the limits', async (t) => {
  given(AGREED)
    .when(visits(here('20', 'x')), ADMIN)
    .then(t, 'may be reached', [visited(CARDIFF, till('pool'), '20', 'x')]);
  const over = given(AGREED).when(visits(here('20.01', 'x')), ADMIN);
  over.then(t, 'may not be passed by what they owe', {
    refused: 'network_limit',
    facts: { room: '20', needed: '20.01' },
    errors: [{ pointer: '#/visits/0/credits', code: 'network_limit' }],
  });
  t.match(
    over.decision,
    { refusal: { aloud: /cardiff leaves room for 20 credits; this takes 20\.01 credits/ } },
    'and the room left is told',
  );
  given(AGREED)
    .when(visits(away('asha', '5.5', 'x')), ADMIN)
    .then(t, 'nor by what we owe', {
      refused: 'network_limit',
      facts: { room: '5', needed: '5.5' },
    });
  given(AGREED)
    .when(visits(here('15', 'x'), here('6', 'y'), here('5', 'z')), ADMIN)
    .then(t, 'hold at every visit of a list, in its order', {
      refused: 'network_limit',
      errors: [{ pointer: '#/visits/1/credits', code: 'network_limit' }],
    });
  given(AGREED)
    .when(visits(here('4', 'x'), away('asha', '9', 'y')), ADMIN)
    .then(t, 'leave more room for one direction after the other', [
      visited(CARDIFF, till('pool'), '4', 'x'),
      visited(wallet('asha'), CARDIFF, '9', 'y'),
    ]);
  const lowered = [did(visits(here('10', 'x')), ADMIN, { at: NOW }), did(limits('3', '5'), ADMIN)];
  given(AGREED, lowered)
    .when(visits(here('1', 'y')), ADMIN)
    .then(t, 'that were lowered below what is owed leave no room', {
      refused: 'network_limit',
      facts: { room: '0', needed: '1' },
    });
  given(AGREED, lowered)
    .when(visits(away('asha', '1', 'y')), ADMIN)
    .then(t, 'but do not keep the debt from falling', [visited(wallet('asha'), CARDIFF, '1', 'y')]);
});

t.test('a visit that is reversed', async (t) => {
  const reverse = (revision: number, more: object = {}): Ask => {
    const transactionId = transactionAt(revision, FIRST);
    return { type: 'ReverseTransaction', transactionId, reason: 'mistake', ...more };
  };
  const reversed = (revision: number, debit: string, credit: string, credits: string) => {
    const data = { reverses: transactionAt(revision, FIRST), reason: 'mistake' };
    return [{ type: 'TransactionReversed' as const, data: { ...data, debit, credit, credits } }];
  };
  given(AGREED, RECORDED)
    .when(reverse(FIRST), ADMIN)
    .then(t, 'gives back what a visitor spent', reversed(FIRST, till('pool'), CARDIFF, '2'));
  given(AGREED, RECORDED)
    .when(reverse(FIRST + 1, { credits: '0.5' }), ADMIN)
    .then(t, 'or a member, in part', reversed(FIRST + 1, CARDIFF, wallet('asha'), '0.5'));
  for (const [who, by] of Object.entries({ partner: PARTNER, coordinator: COORDINATOR })) {
    given(AGREED, RECORDED)
      .when(reverse(FIRST), by)
      .then(t, `is not for a ${who}`, { refused: 'transaction_not_found' });
  }
  given(AGREED, RECORDED)
    .when(reverse(FIRST, { minutes: 60 }), ADMIN)
    .then(t, 'is reversed in credits', { refused: 'reversal_unit' });
  given(AGREED, RECORDED, did(reverse(FIRST), ADMIN, { at: NOW }))
    .when(reverse(FIRST), ADMIN)
    .then(t, 'is reversed once', { refused: 'already_reversed' });
  given(AGREED, RECORDED, did(limits('0', '0'), ADMIN))
    .when(reverse(FIRST + 1), ADMIN)
    .then(t, 'is not held to the limits', reversed(FIRST + 1, CARDIFF, wallet('asha'), '3'));
});

t.test('when a visit was', async (t) => {
  const on = (when: object, now: string) => {
    const line = { occurredOn: undefined, ...when };
    const past = [...world(), did(network('cardiff', '20', '5'), ADMIN)];
    return given(past).when(visits(here('1', 'x', line)), ADMIN, { at: now });
  };
  const was = (occurredOn: string, more: object = {}) => [
    { ...visited(CARDIFF, till('pool'), '1', 'x'), occurredOn, ...more },
  ];
  const day = (occurredOn: string, now: string) => on({ occurredOn }, now);
  const at = (occurredAt: string, now: string) => on({ occurredAt }, now);

  day('2026-05-10', NOW).then(t, 'may be a month ago, as lists come', was('2026-05-10'));
  day('2026-05-09', NOW).then(t, 'not longer', { refused: 'too_long_ago' });
  day('2026-06-11', NOW).then(t, 'nor ahead', { refused: 'occurred_in_future' });
  const kept = '2026-06-09T20:15:00+02:00';
  at(kept, NOW).then(t, 'is kept as it was given', was('2026-06-09', { occurredAt: kept }));
  const soon = '2026-06-10T09:02:00.001Z';
  at(soon, NOW).then(t, 'and is not ahead either', { refused: 'occurred_in_future' });

  const spring = '2026-03-29T00:30:00+00:00';
  at(spring, '2026-04-28T22:59:00.000Z').then(
    t,
    'counts days of the network where the clocks go on',
    was('2026-03-29', { occurredAt: spring }),
  );
  at('2026-03-28T23:30:00Z', '2026-04-28T22:59:00.000Z').then(
    t,
    'in which the hour before midnight is still the day before',
    was('2026-03-28', { occurredAt: '2026-03-28T23:30:00Z' }),
  );
  at('2026-03-28T23:30:00Z', '2026-04-28T23:00:00.000Z').then(t, 'to the hour', {
    refused: 'too_long_ago',
  });
  const autumn = '2026-10-24T23:30:00Z';
  at(autumn, '2026-11-25T23:59:00.000Z').then(
    t,
    'and where they go back',
    was('2026-10-25', { occurredAt: autumn }),
  );
  at(autumn, '2026-11-26T00:00:00.000Z').then(t, 'also to the hour', { refused: 'too_long_ago' });
  day('2026-12-01', '2027-01-01T00:00:00.000Z').then(
    t,
    'goes back over the year’s end',
    was('2026-12-01'),
  );
  day('2026-11-30', '2027-01-01T00:00:00.000Z').then(t, 'by as many days', {
    refused: 'too_long_ago',
  });
  day('2027-01-01', '2026-12-31T23:59:59.999Z').then(t, 'and not into the next', {
    refused: 'occurred_in_future',
  });
});

t.test('a key that is sent again', async (t) => {
  const key = hashOf('key');
  const lines = [here('2', 'a/1'), away('asha', '3', 'a/2')] as const;
  const done = did(visits(...lines), ADMIN, { at: NOW, key, body: hashOf('body') });
  const again = (ask: Ask) =>
    given(AGREED, done).when(ask, ADMIN, { key, body: hashOf('other body') });
  given(AGREED, done)
    .when(visits(...lines), ADMIN, { key, body: hashOf('body') })
    .then(t, 'with the same list is answered the same', { replayed: [FIRST, FIRST + 1] });

  const named = (ask: Ask, fields: string, sentence: string) =>
    t.match(again(ask).decision, { refusal: { detail: `what differs: ${fields}.` } }, sentence);
  for (const [what, change] of Object.entries({
    'another amount': here('1', 'a/1'),
    'another reference': here('2', 'a/3'),
    'another venue': here('2', 'a/1', { venueId: venueId('screen') }),
    'another day': here('2', 'a/1', { occurredOn: '2026-06-09' }),
    'another way': away('asha', '2', 'a/1'),
  })) {
    named(visits(change, lines[1]), 'visits', `with ${what} is told apart`);
  }
  named(
    { type: 'RecordVisit', network: 'bristol', visits: lines },
    'network',
    'as is another network',
  );
  named(visits(...lines), 'the form of the body', 'and the same list in another form');
  named(limits('1', '1'), 'the call itself', 'and another call');
});

t.test('while its organisation is suspended a venue', async (t) => {
  const refused = 'organisation_suspended' as const;
  const suspend: Ask = { type: 'SuspendOrganisation', organisationId: organisationId('leisure') };
  given(AGREED, did(suspend, ADMIN))
    .when(visits(here('2', 'a/1')), ADMIN)
    .then(t, 'takes no visit, as it takes no redemption', {
      refused,
      errors: [{ pointer: '#/visits/0/venueId', code: refused }],
    });
});

t.test('the longest list of visits fits into the stream', async (t) => {
  const names = Array.from({ length: 1000 }, (_, index) => `member ${index}`);
  const people = names.flatMap((name) => [enrolled(name), carded(name)]);
  const long = `a${'-'.repeat(30)}`;
  const agreed = did(network(long, '1000000', '1000000'), ADMIN);
  const book = bookOf([...world(), ...people, agreed]);
  for (const name of names) book.ledger.balances.set(wallet(name), 1_000_000);
  const list = names.map((name, index): VisitLine => ({
    ...{ direction: 'away', member: card(name), credits: '999.99' },
    reference: `${'x'.repeat(36)}${String(index).padStart(4, '0')}`,
    occurredAt: '2026-06-09T20:15:00.123+01:00',
  }));
  const ask: Ask = { type: 'RecordVisit', network: long, visits: list };
  const terms = { key: hashOf('key'), body: hashOf('body') };
  const done = decided(book, ask, ADMIN, terms);
  const events = done.outcome === 'accepted' ? done.events : [];
  t.equal(events.length, 1000, 'a list of a thousand is accepted');
  t.notMatch(encode(linesOf(events)), { malformed: {} }, 'and every line can be written');
});
