import { canonical } from '../../schemas/canonical.ts';
import type { EventOf, EventType } from '../../schemas/events/index.ts';
import { checkStream } from '../../src/check/index.ts';
import { memoryJournal } from '../../src/journal/memory.ts';

/** Changes one event of a type in a stream, and keeps its bytes canonical. */
export function altered<T extends EventType>(
  lines: readonly string[],
  type: T,
  change: (event: EventOf<T>) => void,
  which = 0,
): { readonly lines: string[]; readonly revision: number } {
  const at = lines.flatMap((line, revision) => {
    const event = JSON.parse(line) as { type: string };
    return event.type === type ? [revision] : [];
  });
  const revision = at.at(which)!;
  const event = JSON.parse(lines[revision]!) as EventOf<T>;
  change(event);
  return { lines: lines.with(revision, canonical(event)), revision };
}

/** The first finding of a check over some lines for each invariant. */
export async function findingsIn(lines: readonly string[]) {
  const { findings } = await checkStream(memoryJournal([...lines]));
  return new Map(findings.toReversed().map((finding) => [finding.invariant, finding]));
}
