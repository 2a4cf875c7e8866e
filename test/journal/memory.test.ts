import t from 'tap';
import { memoryJournal } from '../../src/journal/memory.ts';
import { journalContract } from './contract.ts';

t.test('a journal in memory', async (t) => {
  journalContract(t, () => {
    const lines: string[] = [];
    return { open: async () => memoryJournal(lines) };
  });
});
