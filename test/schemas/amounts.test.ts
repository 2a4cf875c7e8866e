import fc from 'fast-check';
import t from 'tap';
import {
  amountOrZeroSchema,
  amountSchema,
  balanceSchema,
  credits,
  creditsAloud,
  hundredths,
} from '../../schemas/amounts.ts';
import { property } from '../support/property.ts';

t.test('an amount has one spelling', async (t) => {
  for (const text of ['1', '2.5', '0.05', '1000000', '0.25', '10', '999999.99']) {
    t.ok(amountSchema.safeParse(text).success, `${text} is an amount`);
    t.equal(credits(hundredths(text)), text, `${text} is written as it was read`);
  }
  const none = ['0', '-1', '1e3', '0.001', '2.50', '01', '1.', '.5', '٣', '9999999999999', ''];
  for (const text of [...none, '1000000.01', '+1', ' 1', '1\n', '1,5', '0.0', 'NaN', '0x1']) {
    t.notOk(amountSchema.safeParse(text).success, `${JSON.stringify(text)} is not`);
  }
  for (const value of [2, null, undefined, true, ['1'], { credits: '1' }]) {
    t.notOk(amountSchema.safeParse(value).success, `${JSON.stringify(value)} is not`);
  }
  t.ok(amountOrZeroSchema.safeParse('0').success, 'zero is one where minutes are all carried');
});

t.test('every amount', async (t) => {
  const amounts = fc.integer({ min: 1, max: 100_000_000 });
  property(t, 'is read back as it was written', amounts, (amount) => {
    const text = credits(amount);
    return hundredths(text) === amount && amountSchema.safeParse(text).success;
  });
  property(t, 'as a balance may be negative', amounts, (amount) => {
    return balanceSchema.safeParse(credits(-amount)).success && credits(-amount).startsWith('-');
  });
  const typed = fc.stringMatching(/^[0-9.\-+e]{1,9}$/);
  property(t, 'has no other spelling', typed, (text) => {
    return !amountSchema.safeParse(text).success || credits(hundredths(text)) === text;
  });
  t.equal(credits(0), '0', 'or is zero');
  t.equal(creditsAloud(100), '1 credit', 'is said alone');
  t.equal(creditsAloud(250), '2.5 credits', 'or in the plural');
});
