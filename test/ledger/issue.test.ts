import t from 'tap';
import { did, given, transactionAt } from '../support/given.ts';
import {
  ADMIN,
  AUDITOR,
  card,
  carded,
  cardId,
  cardRevoked,
  COORDINATOR,
  funded,
  hour,
  hours,
  member,
  memberId,
  NEXT,
  organisationId,
  OTHER_COORDINATOR,
  PARTNER,
  pot,
  sheetOf,
  world,
} from '../support/past.ts';

const MORNING = '2026-06-10T08:00:00.000Z';
const issued = (...list: Parameters<typeof hours>) =>
  did(hours(...list), COORDINATOR, { at: MORNING });
const fault = (index: number, field: string, code: string) => ({
  pointer: `#/entries/${index}${field && '/'}${field}`,
  code,
});

t.test('issuing a list', async (t) => {
  const list = hours({ asha: 60, carol: 150, dora: 59 });
  for (const [who, access] of Object.entries({ ADMIN, COORDINATOR })) {
    given(world())
      .when(list, access)
      .then(t, `is for its ${who.toLowerCase()}, and gives a credit for each whole hour`, [
        hour('asha', 60, '1', 0),
        hour('carol', 150, '2', 30),
        hour('dora', 59, '0', 59),
      ]);
  }
  given(world())
    .when(list, OTHER_COORDINATOR)
    .then(t, 'is for no other group', { refused: 'organisation_not_found' });
  given(world()).when(list, PARTNER).then(t, 'is not for a till', { refused: 'forbidden' });
  given(world()).when(list, AUDITOR).then(t, 'is not for an auditor', { refused: 'forbidden' });
  given(world())
    .when(hours({ asha: 60 }, { organisationId: organisationId('leisure') }), ADMIN)
    .then(t, 'is not by a spend partner', { refused: 'not_an_earn_group' });
  given(world(), carded('asha'))
    .when(hours({}, { entries: [{ member: card('asha'), minutes: 60 }] }), COORDINATOR)
    .then(t, 'takes a card', [hour('asha', 60, '1', 0, { cardId: cardId('asha') })]);
  given(world(), carded('asha'))
    .when(hours({ asha: 60 }), COORDINATOR)
    .then(t, 'takes an id also where there is a card', [hour('asha', 60, '1', 0)]);
});

t.test('a list', async (t) => {
  const sheet = sheetOf('sheet-7');
  const kept = { hmac: sheet.hmac, reference: sheet.reference };
  given(world())
    .when(hours({ asha: 0, carol: 60, dora: 60 }, { sheet, fund: 'health' }), COORDINATOR)
    .then(t, 'keeps what is its own on its first line; an absence is counted and not issued', [
      hour('carol', 60, '1', 0, { fund: 'health', sheet: kept, absences: 1 }),
      hour('dora', 60, '1', 0),
    ]);
  given(world())
    .when(hours({ asha: 0, carol: 0 }), COORDINATOR)
    .then(t, 'of absences alone is refused', { refused: 'nothing_to_issue' });
  given(world(), carded('dora'), cardRevoked('dora'))
    .when(
      hours(
        {},
        {
          entries: [
            { member: member('asha'), minutes: 60 },
            { member: member('nobody'), minutes: 60 },
            { member: card('dora'), minutes: 60 },
            { member: card('carol'), minutes: 60 },
            { member: member('ben'), minutes: 60 },
            { member: member('carol'), minutes: 601 },
            { member: member('asha'), minutes: 30 },
          ],
        },
      ),
      COORDINATOR,
    )
    .then(t, 'is all or nothing, and names every faulty line', {
      refused: 'entries_refused',
      errors: [
        fault(1, 'memberId', 'member_not_found'),
        fault(2, 'card', 'card_revoked'),
        fault(3, 'card', 'card_unknown'),
        fault(4, 'memberId', 'own_wallet'),
        fault(5, 'minutes', 'too_many_minutes'),
        fault(6, 'memberId', 'member_twice'),
      ],
    });
  for (const [first, second] of [
    [60, 0],
    [0, 60],
    [0, 0],
  ] as const) {
    const entries = [
      { member: member('carol'), minutes: 30 },
      { member: member('asha'), minutes: first },
      { member: member('asha'), minutes: second },
    ];
    given(world())
      .when(hours({}, { entries }), COORDINATOR)
      .then(t, `with a member twice, ${first} and ${second} minutes, is refused`, {
        refused: 'entries_refused',
        errors: [fault(2, 'memberId', 'member_twice')],
      });
  }
  const many = Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`member ${n}`, 1]));
  given(world())
    .when(hours(many), COORDINATOR)
    .then(t, 'of more than a thousand is refused', { refused: 'list_too_long' });
});

t.test('where the credits go', async (t) => {
  const give = (name: string, minutes: number, give: 'pot' | 'none' | 'wallet') =>
    hours({}, { entries: [{ member: member(name), minutes, give }] });
  given(world())
    .when(give('asha', 90, 'pot'), COORDINATOR)
    .then(t, 'may be the group’s pot', [
      hour('asha', 90, '1', 30, { give: 'pot', credit: pot('garden') }),
    ]);
  const withoutCredit = {
    type: 'CreditsIssued',
    data: { memberId: memberId('asha'), give: 'none', minutes: 90, activity: 'weeding' },
  } as const;
  given(world())
    .when(give('asha', 90, 'none'), COORDINATOR)
    .then(t, 'may be nowhere: hours without a credit', [withoutCredit]);
  given(world().filter(({ type }) => type !== 'CreditsAllocated'))
    .when(give('asha', 90, 'none'), ADMIN)
    .then(t, 'and needs then no fund that covers the day', [withoutCredit]);
  given(world())
    .when(give('ben', 60, 'wallet'), COORDINATOR)
    .then(t, 'is not the coordinator’s own wallet', {
      refused: 'entries_refused',
      errors: [fault(0, 'memberId', 'own_wallet')],
    });
  given(world())
    .when(give('ben', 60, 'pot'), COORDINATOR)
    .then(t, 'may be the pot for the coordinator’s own hours', [
      hour('ben', 60, '1', 0, { give: 'pot', credit: pot('garden') }),
    ]);
  given(world(), carded('ben'))
    .when(hours({}, { entries: [{ member: card('ben'), minutes: 60 }] }), COORDINATOR)
    .then(t, 'is not the coordinator’s own wallet by card, at the field that was sent', {
      refused: 'entries_refused',
      errors: [fault(0, 'card', 'own_wallet')],
    });
});

t.test('minutes that fill no step', async (t) => {
  given(world(), issued({ asha: 45 }), issued({ asha: 40 }))
    .when(hours({ asha: 35 }, { activity: 'digging' }), COORDINATOR)
    .then(t, 'complete a later one', [hour('asha', 35, '1', 0, { activity: 'digging' })]);
  given(world(), issued({ asha: 45 }))
    .when(hours({ carol: 15 }), COORDINATOR)
    .then(t, 'are each member’s own', [hour('carol', 15, '0', 15)]);
  given(world({ creditStep: '0.25' }))
    .when(hours({ asha: 50 }), COORDINATOR)
    .then(t, 'go by the step of the rules', [hour('asha', 50, '0.75', 5)]);
  const finer = { type: 'ChangeRules', rules: { creditStep: '0.25' } } as const;
  given(world(), issued({ asha: 50 }), did(finer, ADMIN, { at: MORNING }))
    .when(hours({ asha: 1 }), COORDINATOR)
    .then(t, 'are made good when the step becomes finer', [hour('asha', 1, '0.75', 6)]);
  const whole = { type: 'ChangeRules', rules: { creditStep: '1' } } as const;
  given(world({ creditStep: '0.25' }), issued({ asha: 50 }), did(whole, ADMIN, { at: MORNING }))
    .when(hours({ asha: 54 }), COORDINATOR)
    .then(t, 'are carried on when it becomes coarser', [hour('asha', 54, '0', 59)]);
  const toPot = hours({}, { entries: [{ member: member('asha'), minutes: 45, give: 'pot' }] });
  given(world(), did(toPot, COORDINATOR, { at: MORNING }))
    .when(hours({ asha: 15 }), COORDINATOR)
    .then(t, 'given to a pot do not fill a step of the wallet', [hour('asha', 15, '0', 15)]);
});

t.test('a fund with too little', async (t) => {
  given(world(), funded('garden', 'late', '7', { firstDay: '2026-12-01' }))
    .when(hours({ asha: 600, carol: 600 }, { activity: 'fair' }), COORDINATOR)
    .then(t, 'is no hindrance while it covers the list', [
      hour('asha', 600, '10', 0, { activity: 'fair' }),
      hour('carol', 600, '10', 0, { activity: 'fair' }),
    ]);
  const spent = did(
    {
      type: 'ReturnAllocation',
      organisationId: organisationId('garden'),
      fund: 'health',
      credits: '98.5',
    },
    ADMIN,
  );
  given(world(), spent, funded('garden', 'late', '7', { firstDay: '2026-12-01' }))
    .when(hours({ asha: 60, carol: 60 }), COORDINATOR)
    .then(t, 'issues nothing, and says what is left in each', {
      refused: 'allocation_exhausted',
      facts: { needed: '2', health: '1.5', late: '7' },
    });
  given(world(), spent)
    .when(hours({ asha: 60, carol: 59 }), COORDINATOR)
    .then(t, 'counts only the credits, not the minutes carried', [
      hour('asha', 60, '1', 0),
      hour('carol', 59, '0', 59),
    ]);
  given(world(), spent, funded('garden', 'late', '7', { firstDay: '2026-12-01' }))
    .when(hours({ asha: 60 }, { occurredOn: '2026-06-09', fund: 'late' }), COORDINATOR)
    .then(t, 'is not helped by one for other days', { refused: 'no_fund_for_day' });
});

t.test('the same line', async (t) => {
  const first = issued({ asha: 60, carol: 30 });
  given(world(), first)
    .when(hours({ carol: 45, asha: 60 }), COORDINATOR)
    .then(t, 'is refused', {
      refused: 'entries_refused',
      errors: [fault(1, '', 'duplicate_entry')],
    });
  const refusal = given(world(), first).when(hours({ carol: 30 }), COORDINATOR).decision;
  t.match(
    refusal,
    { refusal: { errors: [{ detail: new RegExp(transactionAt(NEXT + 1, NEXT)) }] } },
    'and the first is named',
  );
  given(world(), first)
    .when(
      hours({}, { entries: [{ member: member('asha'), minutes: 60, again: true }] }),
      COORDINATOR,
    )
    .then(t, 'is issued where it says again', [hour('asha', 60, '1', 0, { again: true })]);
  const differences = {
    minutes: hours({ asha: 61 }),
    day: hours({ asha: 60 }, { occurredOn: '2026-06-08' }),
    activity: hours({ asha: 60 }, { activity: 'digging' }),
    member: hours({ dora: 60 }),
  };
  for (const [what, list] of Object.entries(differences)) {
    const { decision } = given(world(), first).when(list, COORDINATOR);
    t.equal(decision.outcome, 'accepted', `is another with another ${what}`);
  }
  const elsewhere = hours({ asha: 60 }, { organisationId: organisationId('kitchen') });
  const { decision } = given(world(), first).when(elsewhere, OTHER_COORDINATOR);
  t.equal(decision.outcome, 'accepted', 'is another at another group');
  const reverse = (minutes?: number) =>
    did(
      {
        type: 'ReverseTransaction',
        transactionId: transactionAt(NEXT),
        minutes,
        reason: 'mistake',
      },
      COORDINATOR,
      { at: MORNING },
    );
  given(world(), issued({ asha: 60 }), reverse())
    .when(hours({ asha: 60 }), COORDINATOR)
    .then(t, 'may come again once the first is reversed', [hour('asha', 60, '1', 0)]);
  given(world(), issued({ asha: 60 }), reverse(30))
    .when(hours({ asha: 60 }), COORDINATOR)
    .then(t, 'may not while a part of it stands', {
      refused: 'entries_refused',
      errors: [fault(0, '', 'duplicate_entry')],
    });
});

t.test('the same sheet', async (t) => {
  const sheet = sheetOf('sheet-7');
  const kept = { hmac: sheet.hmac, reference: sheet.reference };
  const first = issued({ asha: 60, carol: 30 }, { sheet });
  const twice = given(world(), first).when(hours({ dora: 15 }, { sheet }), COORDINATOR);
  twice.then(t, 'is refused whatever its lines', { refused: 'duplicate_sheet' });
  const named = new RegExp(`iss_${NEXT}_\\w+, for weeding on \\d{4}-\\d{2}-\\d{2}\\.`);
  t.match(twice.decision, { refusal: { detail: named } }, 'and the first is named');
  given(world(), first)
    .when(hours({ dora: 15 }, { sheet: { ...sheet, reference: 'sheet-8' } }), COORDINATOR)
    .then(t, 'is known by its bytes, not by its reference', { refused: 'duplicate_sheet' });
  const again = { member: member('dora'), minutes: 15, again: true };
  given(world(), first)
    .when(hours({}, { sheet, entries: [again] }), COORDINATOR)
    .then(t, 'is taken where every line says again', [
      hour('dora', 15, '0', 15, { again: true, sheet: kept }),
    ]);
  given(world(), first)
    .when(hours({}, { sheet, entries: [again, { member: member('ben'), minutes: 15 }] }), ADMIN)
    .then(t, 'is not where only some do', { refused: 'duplicate_sheet' });
  const elsewhere = hours({ dora: 15 }, { sheet, organisationId: organisationId('kitchen') });
  const { decision } = given(world(), first).when(elsewhere, OTHER_COORDINATOR);
  t.equal(decision.outcome, 'accepted', 'is another group’s own affair');
});
