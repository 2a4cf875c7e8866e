import t from 'tap';
import {
  onAnotherNetwork,
  openJournal,
  target,
  TESTED_AGAINST,
} from '../../support/eventstore/target.ts';
import { journalContract } from '../contract.ts';

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
