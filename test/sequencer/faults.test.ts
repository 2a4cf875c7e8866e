import t, { type Test } from 'tap';
import { smallWorld } from '../support/world.ts';
import { until, watchedJournal } from './instance.ts';

/** A member with two credits at a till, and the journal beneath. */
async function tillOn(t: Test) {
  const journal = watchedJournal();
  const world = await smallWorld({ journal });
  t.teardown(() => world.app.close());
  const memberId = await world.enrol(120);
  const sale = { venueId: world.partner.venue, memberId, credits: '1' };
  const redeem = (key: string) => world.partner.till.post('/v1/redemptions', sale, key);
  const balance = async () => {
    const { body } = await world.admin.get<{ balance: string }>(`/v1/accounts/wallet:${memberId}`);
    return body.balance;
  };
  const trouble = () => world.service.sequencer.trouble;
  journal.forget();
  return { ...world, journal, redeem, balance, trouble, before: journal.lines.length };
}

for (const [name, kind] of [
  ['was written', 'unknown_written'],
  ['was not written', 'unknown_not_written'],
] as const) {
  t.test(`an append whose answer is lost, and that ${name}`, async (t) => {
    const { journal, redeem, balance, before } = await tillOn(t);
    journal.faults.push({ kind });
    const answer = await redeem('sale');
    t.match(answer, { status: 201, body: { balance: '1' } }, 'is answered once it is known');
    t.equal(journal.asked.length, 2, 'after it was sent again');
    t.same(journal.asked[1], journal.asked[0], 'as the same bytes at the same revision');
    t.equal(journal.lines.length, before + 1, 'and is in the stream once');
    t.equal(await balance(), '1', 'and is taken once');
    const again = await redeem('sale');
    t.same(again.body, answer.body, 'and is answered the same from then on');
  });
}

t.test('an append whose answer is lost several times over', async (t) => {
  const { journal, redeem, before } = await tillOn(t);
  journal.faults.push({ kind: 'unknown_not_written' }, { kind: 'unknown_written' });
  journal.faults.push({ kind: 'unknown_not_written' });
  t.match(await redeem('sale'), { status: 201, body: { balance: '1' } });
  t.equal(journal.lines.length, before + 1, 'is in the stream once');
});

t.test('an append whose answer is lost, while nothing can be sent again for a while', async (t) => {
  const { journal, redeem, before } = await tillOn(t);
  journal.faults.push({ kind: 'unknown_written' }, { kind: 'unavailable' });
  journal.faults.push({ kind: 'unavailable' });
  const answer = await redeem('sale');
  t.match(answer, { status: 201, body: { balance: '1' } }, 'is never said to have done nothing');
  t.equal(journal.lines.length, before + 1, 'and is in the stream once');
});

t.test('while it is not known what became of an append', async (t) => {
  const { journal, redeem, trouble } = await tillOn(t);
  let said: string | undefined;
  journal.answer = async () => {
    journal.answer = async () => {
      said = trouble();
      return undefined;
    };
    return { outcome: 'unknown', why: 'the connection was lost' };
  };
  t.equal((await redeem('sale')).status, 201);
  t.equal(said, 'the connection was lost', 'the instance says so');
  t.equal(trouble(), undefined, 'and no longer when it is known');
});

t.test('an append that is not possible just now', async (t) => {
  const { journal, redeem, balance, trouble, before, broken } = await tillOn(t);
  journal.faults.push({ kind: 'unavailable' });
  t.match(
    await redeem('sale'),
    {
      status: 503,
      headers: { 'retry-after': '1' },
      body: { code: 'not_writing', retryable: true, detail: /a test asked for it/ },
    },
    'is refused, and says why',
  );
  t.equal(trouble(), 'a test asked for it', 'is not ready, and says why');
  t.equal(journal.lines.length, before, 'has written nothing');
  t.equal(await balance(), '2', 'and taken nothing');
  t.same(broken, [], 'but the process lives on');
  t.match(await redeem('sale'), { status: 201, body: { balance: '1' } }, 'to write the next one');
  t.equal(trouble(), undefined, 'and is ready again');
});

t.test('a journal that is broken', async (t) => {
  const { journal, redeem, balance, trouble, before, broken } = await tillOn(t);
  journal.faults.push({ kind: 'broken' });
  const others = [redeem('first'), redeem('second')];
  for (const answer of await Promise.all(others)) {
    const doubt = { status: 503, body: { code: 'outcome_unknown', retryable: true } };
    t.match(answer, doubt, 'leaves it open what became of the append');
  }
  t.match(await redeem('late'), { status: 503, body: { code: 'not_writing' } }, 'takes no more');
  t.same(broken, ['a test asked for it'], 'ends the process, and asks for it once');
  t.equal(trouble(), 'a test asked for it', 'is not ready, and says why');
  t.equal(journal.asked.length, 1, 'is not written to again');
  t.equal(journal.lines.length, before, 'and holds what it held');
  t.equal(await balance(), '2', 'which is what readers see');
});

t.test('an event that the journal calls malformed', async (t) => {
  const { journal, redeem, before, broken } = await tillOn(t);
  journal.answer = async () => {
    journal.answer = undefined;
    return { outcome: 'malformed', index: 1, why: 'a test asked for it' };
  };
  const [first, faulty, last] = await Promise.all([
    redeem('first'),
    redeem('faulty'),
    redeem('last'),
  ]);
  t.match(faulty, { status: 500, body: { code: 'internal_error' } }, 'is a bug of that caller');
  t.match(first, { status: 201, body: { balance: '1' } }, 'who stands alone: one before it');
  t.match(last, { status: 201, body: { balance: '0' } }, 'and one after it are written');
  t.equal(journal.lines.length, before + 2, 'without it');
  t.same(broken, [], 'and the process lives on');
});

t.test('a decision that throws', async (t) => {
  const { journal, redeem, balance, partner, before, broken } = await tillOn(t);
  const { body } = await redeem('first');
  const { transactionId } = body as unknown as { transactionId: string };
  journal.hidden.add(before);
  const reversal = { reason: 'mistake' };
  const [thrown, other] = await Promise.all([
    partner.till.post(`/v1/transactions/${transactionId}/reversals`, reversal),
    redeem('second'),
  ]);
  t.match(thrown, { status: 500, body: { code: 'internal_error' } }, 'is a bug of that caller');
  t.match(other, { status: 201, body: { balance: '0' } }, 'while one beside it is written');
  t.equal(journal.lines.length, before + 2, 'and it leaves no trace in the stream');
  t.equal(await balance(), '0', 'or in a balance');
  t.same(broken, [], 'and the process lives on');
  journal.hidden.clear();
  const again = await partner.till.post(`/v1/transactions/${transactionId}/reversals`, reversal);
  t.equal(again.status, 201, 'and takes the same once what was amiss is mended');
});

t.test('an append of which nobody can tell what became, when the process must end', async (t) => {
  const { journal, redeem, service, before, broken } = await tillOn(t);
  const { promise: isSent, resolve: sent } = Promise.withResolvers<boolean>();
  journal.answer = async () => {
    sent(true);
    return { outcome: 'unknown', why: 'the server is gone' };
  };
  const first = redeem('first');
  await isSent;
  const second = redeem('second');
  await until(() => service.sequencer.queued > 0);
  service.sequencer.giveUp('it is shutting down');
  const doubt = { status: 503, body: { code: 'outcome_unknown', retryable: true } };
  t.match(await first, doubt, 'is left open');
  const certain = { status: 503, body: { code: 'not_writing', detail: /shutting down/ } };
  t.match(await second, certain, 'while one that waited has certainly done nothing');
  await service.sequencer.stop('it is shutting down');
  const { length } = journal.asked;
  await until(() => journal.asked.length > length);
  t.equal(journal.asked.length, length, 'it is not sent again');
  t.equal(journal.lines.length, before);
  t.same(broken, [], 'and the end is one in order');
});

t.test('an append that is half there to be read, when the process must end', async (t) => {
  const { journal, redeem, service, before } = await tillOn(t);
  journal.faults.push({ kind: 'unknown_written' });
  const { promise: isLookedFor, resolve: lookedFor } = Promise.withResolvers<boolean>();
  const { read } = journal;
  journal.read = async function* (fromRevision, limit) {
    lookedFor(fromRevision === before);
    if (fromRevision < before) yield* read(fromRevision, limit);
  };
  const answer = redeem('sale');
  await isLookedFor;
  service.sequencer.giveUp('it is shutting down');
  t.match(await answer, { status: 503, body: { code: 'outcome_unknown' } }, 'is left open');
  await service.sequencer.stop('it is shutting down');
});
