import { DamagedJournalError, type Journal } from '../journal/journal.ts';

type Told = (why: string) => void;

/**
 * Whether everything that is stored is what was written. Whatever finds that something is not says
 * so here, once and for all: from then on nothing more is recorded or signed, until the process has
 * been started again on data that is whole.
 */
export class Soundness {
  #damage: string | undefined;
  readonly #told: Told[] = [];

  /** What was found; nothing while all is well. */
  get damage(): string | undefined {
    return this.#damage;
  }

  /** Something is not as it was written, or is gone; the first of it counts. */
  found(why: string): void {
    if (this.#damage !== undefined) return;
    this.#damage = why;
    for (const told of this.#told) told(why);
  }

  /** Who is told when something is found. */
  tell(told: Told): void {
    this.#told.push(told);
    if (this.#damage !== undefined) told(this.#damage);
  }
}

/** The same journal, of which whatever reader meets damage says so. */
export function watched(journal: Journal, soundness: Soundness): Journal {
  const met = (error: unknown) => {
    if (error instanceof DamagedJournalError) soundness.found(error.message);
    return error;
  };
  const told: Pick<Journal, 'read' | 'pick' | 'tile'> = {
    read: (fromRevision, limit) => telling(journal.read(fromRevision, limit), met),
    pick: (revisions) => telling(journal.pick(revisions), met),
    async tile(tile) {
      try {
        return await journal.tile(tile);
      } catch (error) {
        throw met(error);
      }
    },
  };
  return Object.assign(Object.create(journal) as Journal, told);
}

async function* telling<T>(
  pages: AsyncIterable<T>,
  met: (error: unknown) => unknown,
): AsyncGenerator<T> {
  try {
    yield* pages;
  } catch (error) {
    throw met(error);
  }
}
