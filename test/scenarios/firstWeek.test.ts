import t, { type Test } from 'tap';
import { FUND } from '../support/world.ts';
import { week } from './people.ts';

t.test('A first week of Time Credits', async (t) => {
  const { coordinator, cashier, auditor, group, pot, till, today, nextDay } = await week();

  t.comment('Monday. Strood Gardeners enrol three members and dig the first bed.');
  const ann = await coordinator.enrols();
  const ben = await coordinator.enrols();
  const cem = await coordinator.enrols();
  const lines = await coordinator.issues(
    'digging',
    { member: ann.member, minutes: 180 },
    { member: ben.member, minutes: 210 },
    { member: cem.member, minutes: 150 },
  );
  t.equal(await coordinator.balanceOf(ann.member), '3', 'Ann has three credits for three hours');
  t.equal(await coordinator.balanceOf(ben.member), '3', 'Ben three, and half an hour carried');
  t.equal(await coordinator.balanceOf(cem.member), '2', 'Cem two, and half an hour carried');

  t.comment('Ben was there for two hours, not three and a half. The line is mended.');
  await coordinator.mends(lines[1]!, 'digging', { member: ben.member, minutes: 120 });
  t.equal(await coordinator.balanceOf(ben.member), '2', 'Ben has what his two hours make');

  nextDay();
  t.comment('Tuesday. Ann swims. The till loses its connection and sends the sale again.');
  const swim = { card: ann.card, credits: '1', reference: 'swim-0001' };
  await cashier.takesAndHearsNothing(swim);
  const receipt = await cashier.takes(swim);
  t.equal(receipt.status, 201, 'The till has its answer');
  t.equal(receipt.body.balance, '2', 'One credit was taken, and not two');

  t.comment('Cem spends two credits on a class that is then called off: the sale is voided.');
  const yoga = { card: cem.card, credits: '2', reference: 'yoga-0002' };
  await cashier.takes(yoga);
  t.equal(await coordinator.balanceOf(cem.member), '0', 'The class took all that Cem had');
  const voided = await cashier.voids('yoga-0002');
  t.equal(voided.body.outcome, 'reversed', 'The void gives it back');
  t.equal(await coordinator.balanceOf(cem.member), '2', 'Cem has both credits again');

  t.comment('Ben wants more than he has. The till says so, and nothing is taken.');
  const film = { card: ben.card, credits: '5', reference: 'film-0003' };
  const refused = await cashier.takes(film);
  t.match(refused.body, { aloud: 'Only 2 credits left; this takes 5 credits. Nothing was taken.' });
  const tuesday = today();

  nextDay();
  t.comment('Wednesday. Ann gives Ben a credit, and Cem one to the group for its trip.');
  const gift = { from: `wallet:${ann.member}`, to: `wallet:${ben.member}`, credits: '1' };
  await coordinator.moves({ ...gift, reason: 'gift' });
  const donation = { from: `wallet:${cem.member}`, to: pot, credits: '1' };
  await coordinator.moves({ ...donation, reason: 'donation' });
  const left = [];
  for (const { member } of [ann, ben, cem]) left.push(await coordinator.balanceOf(member));
  t.same(left, ['1', '3', '1'], 'Each has what is left, or more');
  t.equal(await auditor.reads(pot), '1', 'And the pot has one');

  nextDay();
  t.comment('Thursday. The leisure centre compares its own book of Tuesday, line by line.');
  t.same(await cashier.tookUnder('swim-0001', tuesday), [{ took: '1', gaveBack: [] }], 'The swim');
  const class_ = [{ took: '2', gaveBack: ['2'] }];
  t.same(await cashier.tookUnder('yoga-0002', tuesday), class_, 'The class, given back');
  t.same(await cashier.tookUnder('film-0003', tuesday), [], 'And no film');
  t.equal(await auditor.reads(till), '1', 'The till holds the one credit of the swim');

  nextDay();
  t.comment('Friday. An auditor trusts nobody and adds up the stream alone.');
  await addsUp(t, auditor, {
    [`wallet:${ann.member}`]: '1',
    [`wallet:${ben.member}`]: '3',
    [`wallet:${cem.member}`]: '1',
    [pot]: '1',
    [till]: '1',
    [`allocation:${group.id}:${FUND}`]: '993',
    programme: '-1000',
  });
});

type Auditor = Awaited<ReturnType<typeof week>>['auditor'];

async function addsUp(t: Test, auditor: Auditor, expected: Record<string, string>): Promise<void> {
  const replayed = await auditor.replays();
  for (const [account, balance] of replayed) {
    t.equal(balance, await auditor.reads(account), `The auditor finds ${balance} in ${account}`);
  }
  t.same(Object.fromEntries(replayed), expected, 'Seven hours given are seven credits, all there');
}
