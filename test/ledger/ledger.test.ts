import t from 'tap';
import type { OpenLedger } from '../../schemas/commands.ts';
import { FORMAT } from '../../schemas/events/index.ts';
import { hashOf } from '../support/names.ts';
import { given } from '../support/given.ts';
import {
  accessId,
  ADMIN,
  allocation,
  COORDINATOR,
  opened,
  pot,
  RULES,
  till,
  venueId,
  wallet,
  world,
} from '../support/past.ts';

const first = { accessId: accessId('first'), keyHash: hashOf('key'), label: 'first' };
const OPEN: OpenLedger = {
  type: 'OpenLedger',
  network: 'medway',
  timeZone: 'Europe/London',
  rules: RULES,
  admin: first,
};

t.test('opening a ledger', async (t) => {
  given()
    .when(OPEN)
    .then(t, 'states its rules and grants the first admin access', [
      {
        type: 'LedgerOpened',
        data: { network: 'medway', format: FORMAT, timeZone: 'Europe/London', rules: RULES },
      },
      { type: 'AccessGranted', data: { role: 'admin', ...first } },
    ]);
  given(opened()).when(OPEN).then(t, 'happens once', { refused: 'ledger_already_open' });
  given(opened()).when(OPEN, ADMIN).then(t, 'is for no person', { refused: 'forbidden' });
});

t.test('changing rules', async (t) => {
  given(opened())
    .when({ type: 'ChangeRules', rules: { creditStep: '0.5' } }, ADMIN)
    .then(t, 'records all the rules from here on', [
      { type: 'RulesChanged', data: { rules: { ...RULES, creditStep: '0.5' } } },
    ]);
  given(opened())
    .when({ type: 'ChangeRules', rules: { creditStep: '1', largestRedemption: '50' } }, ADMIN)
    .then(t, 'to what they are is refused', { refused: 'rules_unchanged' });
  given(world())
    .when({ type: 'ChangeRules', rules: { creditStep: '0.5' } }, COORDINATOR)
    .then(t, 'is for admins', { refused: 'forbidden' });
});

t.test('raising the format', async (t) => {
  for (const format of [FORMAT - 1, FORMAT, FORMAT + 1]) {
    given(opened())
      .when({ type: 'RaiseFormat', format }, ADMIN)
      .then(t, `from ${FORMAT} to ${format} is refused`, { refused: 'format_not_next' });
  }
  given(opened({}, 'Europe/London', 1))
    .when({ type: 'RaiseFormat', format: 2 }, ADMIN)
    .then(t, 'goes to the next that this code reads', [
      { type: 'FormatRaised', data: { format: 2 } },
    ]);
});

t.test('opening balances', async (t) => {
  const bring = (...entries: { account: string; credits: string }[]) =>
    given(world()).when({ type: 'BringForward', entries }, ADMIN);
  const [asha, garden, pool] = [wallet('asha'), pot('garden'), till('pool')];

  bring(
    { account: asha, credits: '3.5' },
    { account: garden, credits: '20' },
    { account: pool, credits: '0.25' },
  ).then(t, 'come from the programme to wallets, pots and tills', [
    {
      type: 'CreditsBroughtForward',
      data: { debit: 'programme', credit: asha, credits: '3.5' },
    },
    {
      type: 'CreditsBroughtForward',
      data: { debit: 'programme', credit: garden, credits: '20' },
    },
    {
      type: 'CreditsBroughtForward',
      data: { debit: 'programme', credit: pool, credits: '0.25' },
    },
  ]);
  bring({ account: asha, credits: '1' }, { account: wallet('nobody'), credits: '1' }).then(
    t,
    'are all or nothing',
    { refused: 'account_not_found' },
  );
  for (const account of [`till:${venueId('nowhere')}`, 'clearing:kent', pot('nobody')]) {
    bring({ account, credits: '1' }).then(t, `do not go to ${account}`, {
      refused: 'account_not_found',
    });
  }
  for (const account of ['programme', 'lapsed', allocation('garden', 'health')]) {
    bring({ account, credits: '1' }).then(t, `do not go to ${account}`, {
      refused: 'account_closed_to',
    });
  }
  given(world())
    .when({ type: 'BringForward', entries: [{ account: asha, credits: '1' }] }, COORDINATOR)
    .then(t, 'are for admins', { refused: 'forbidden' });
});
