import { instantSchema } from '../../schemas/time.ts';
import type { Signed } from './checkpoints.ts';
import { breach, type Breach } from './model/invariant.ts';

/** Several instances sign for one ledger, and their clocks differ by some seconds. */
const CLOCKS_MS = 10_000;

/**
 * Checks when a directory says that its checkpoints were made, which nobody signed: none was made
 * before its last event was recorded, nor before the one that stands in front of it.
 * @param lastEvents when the last event of a checkpoint of some size was recorded
 */
export function untimely(
  signed: readonly Signed[],
  lastEvents: ReadonlyMap<number, string>,
): Breach[] {
  let latest: Signed | undefined;
  return signed.flatMap((one) => {
    const { name, size, recordedAt } = one;
    if (recordedAt === undefined) return [];
    const said = instantSchema.safeParse(recordedAt);
    if (!said.success) return [breach(`${name} to say when it was made`, recordedAt)];
    const [before, event] = [latest, lastEvents.get(size)];
    latest = one;
    const made_ms = Date.parse(recordedAt) + CLOCKS_MS;
    if (event !== undefined && made_ms < Date.parse(event)) {
      const found = `${recordedAt}; event ${size - 1} was recorded at ${event}`;
      return [breach(`${name} to be made after its events`, found)];
    }
    const earlier = before?.recordedAt;
    if (earlier === undefined || made_ms >= Date.parse(earlier)) return [];
    return [breach(`${name} to be made after ${before!.name}, at ${earlier}`, recordedAt)];
  });
}
