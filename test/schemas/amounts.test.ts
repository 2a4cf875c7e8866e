import t from 'tap';
import { amountSchema, credits, hundredths } from '../../schemas/amounts.ts';

t.test('an amount has one spelling', async (t) => {
  for (const text of ['1', '2.5', '0.05', '1000000', '0.25', '10']) {
    t.ok(amountSchema.safeParse(text).success, `${text} is an amount`);
    t.equal(credits(hundredths(text)), text, `${text} is written as it was read`);
  }
  for (const text of ['0', '-1', '1e3', '0.001', '2.50', '01', '1.', '.5', '٣', '9999999999999']) {
    t.notOk(amountSchema.safeParse(text).success, `${text} is not`);
  }
  t.notOk(amountSchema.safeParse(2).success, 'a number is not');
});
