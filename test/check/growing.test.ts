import t from 'tap';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { checkStream } from '../../src/check/index.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { busyLines } from '../cli/busyWorld.ts';

t.test('given a stream of which the end of a command is still to come', async (t) => {
  const lines = await busyLines();
  const cut = lines.findLastIndex((line) => {
    const { index, count } = (JSON.parse(line) as StreamEvent).command;
    return index + 1 < count;
  });
  const journal = memoryJournal(lines.slice(0, cut + 1));

  const whole = await checkStream(journal);
  t.match(
    whole.findings,
    [{ invariant: 'commands', revision: cut }],
    'as a whole it breaks a rule',
  );
  const growing = await checkStream(journal, { isGrowing: true });
  t.same(growing.findings, [], 'but not while it grows');
});
