import type { Appended } from '../../schemas/stream.ts';

/**
 * Who is told how a sequencer fares, once a batch, for figures that others read. It must be quick
 * and must not throw: callers are answered after it.
 */
export type Observer = {
  /**
   * A batch was decided, and its append is over.
   * @param commands how many were decided
   * @param events how many they made, with what time alone brought about
   * @param decisions how often the batch has been decided by now: 1 where nothing came between
   */
  readonly settled: (
    outcome: Appended['outcome'],
    commands: number,
    events: number,
    decisions: number,
  ) => void;
  /** An append whose reply was lost turned out to have been written. */
  readonly foundWritten: () => void;
};
