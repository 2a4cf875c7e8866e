import { pino } from 'pino';
import t from 'tap';
import { running } from '../../src/running.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { testApp } from '../support/service.ts';

t.test('a service that ends while its state is forced to a slow disk', async (t) => {
  const journal = memoryJournal();
  const { service } = await testApp({ journal });
  const ended: string[] = [];
  const written = Promise.withResolvers<undefined>();
  const saved = {
    saveIfDue: () => undefined,
    async close() {
      await written.promise;
      ended.push('the worker');
    },
  };
  const close = async () => {
    await journal.close();
    ended.push('the journal');
    written.resolve(undefined);
  };
  const { end } = await running(service, { ...journal, close }, pino({ level: 'silent' }), {
    saved,
  });
  await end();
  t.same(ended, ['the journal', 'the worker'], 'ends all else in order first');
});
