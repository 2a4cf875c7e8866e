import fc from 'fast-check';
import t from 'tap';
import { base32 } from '../../schemas/base32.ts';
import {
  accountOf,
  accountSchema,
  fundOf,
  holderOf,
  kindOf,
  memberIdSchema,
  networkSchema,
  randomOf,
  revisionIn,
  slugSchema,
  transactionIdAt,
  transactionIdSchema,
} from '../../schemas/ids.ts';
import { idOf } from '../support/names.ts';
import { property } from '../support/property.ts';

const random = fc.uint8Array({ minLength: 10, maxLength: 10 }).map(base32);

t.test('an id', async (t) => {
  property(
    t,
    'is its prefix and sixteen characters',
    random,
    (one) => memberIdSchema.safeParse(`mem_${one}`).success,
  );
  const none = ['mem_', 'mem_0123456789abcde', 'mem_0123456789abcdefg', 'MEM_0123456789abcdef'];
  const others = [
    'mem_0123456789abcdei',
    'mem_0123456789ABCDEF',
    'org_0123456789abcdef',
    'mem_0123456789abcdef\n',
  ];
  for (const text of [...none, ...others]) {
    t.notOk(memberIdSchema.safeParse(text).success, `${JSON.stringify(text)} is no member’s`);
  }
});

t.test('the id of a transaction', async (t) => {
  const made = fc.tuple(
    fc.nat(Number.MAX_SAFE_INTEGER).filter((n) => n < 1e15),
    random,
  );
  property(t, 'carries its revision and the characters of its command', made, ([at, one]) => {
    const id = transactionIdAt(at, `cmd_${one}`);
    const parsed = transactionIdSchema.safeParse(id).success;
    return parsed && revisionIn(id) === at && randomOf(id) === one;
  });
  for (const revision of ['01', '-1', '1.0', '', '1000000000000000']) {
    const id = `txn_${revision}_0123456789abcdef`;
    t.notOk(transactionIdSchema.safeParse(id).success, `${id} is none`);
  }
});

t.test('an account', async (t) => {
  const [member, organisation, venue] = [idOf('mem', 'a'), idOf('org', 'a'), idOf('ven', 'a')];
  const accounts = {
    wallet: accountOf.wallet(member),
    pot: accountOf.pot(organisation),
    till: accountOf.till(venue),
    allocation: accountOf.allocation(organisation, 'health/2026.1'),
    clearing: 'clearing:kent',
    programme: 'programme',
    lapsed: 'lapsed',
  };
  for (const [kind, account] of Object.entries(accounts)) {
    t.ok(accountSchema.safeParse(account).success, `may be ${account}`);
    t.equal(kindOf(account), kind, `whose kind is ${kind}`);
  }
  t.equal(holderOf(accounts.allocation), organisation, 'names its holder');
  t.equal(fundOf(accounts.allocation), 'health/2026.1', 'and its fund');
  const none = [`wallet:${organisation}`, 'wallet', `pot:${member}`, `allocation:${organisation}`];
  for (const account of [...none, `allocation:${organisation}:a b`, 'programme:x', '']) {
    t.notOk(accountSchema.safeParse(account).success, `may not be ${account || 'nothing'}`);
  }
});

t.test('a slug', async (t) => {
  for (const slug of ['a', 'garden-tuesday', 'A.b_c/9', 'x'.repeat(40)]) {
    t.ok(slugSchema.safeParse(slug).success, `may be ${slug}`);
  }
  for (const slug of ['', 'x'.repeat(41), 'a b', 'é', 'a:b', 'a\n', 'Asha Patel']) {
    t.notOk(slugSchema.safeParse(slug).success, `may not be ${JSON.stringify(slug)}`);
  }
  t.notOk(networkSchema.safeParse('Medway').success, 'and a network has small letters');
});
