import t from 'tap';
import {
  onAnotherNetwork,
  openJournal,
  target,
  TESTED_AGAINST,
} from '../../support/eventstore/target.ts';
import { canonical } from '../../../schemas/canonical.ts';
import { linesOf } from '../../../schemas/stream.ts';
import { journalContract } from '../contract.ts';
import { citing, enrolled, named } from '../samples.ts';
import { linesIn } from './lines.ts';

/** Every test has a stream of its own; those of a real server stay there, and harm nobody. */
t.comment(TESTED_AGAINST);

t.test('a journal at an EventStoreDB', async (t) => {
  const server = await target(t);
  journalContract(t, (t) => {
    const mine = onAnotherNetwork(server);
    const folder = t.testdir();
    return { open: () => openJournal(mine, folder) };
  });
});

t.test('the bytes of an event are the same on another machine', async (t) => {
  const server = await target(t);
  const first = await openJournal(server, t.testdir());
  t.teardown(() => first.close());
  const events = [named('Café “Zur Brücke” 🌉'), enrolled(1), citing(300)];
  await first.append(linesOf(events), -1);
  await t.test('which reads them from the server', async (t) => {
    const second = await openJournal(server, t.testdir());
    t.teardown(() => second.close());
    t.same(await linesIn(second), events.map(canonical));
  });
});
