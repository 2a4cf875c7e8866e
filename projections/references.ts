import type { Recorded } from '../schemas/events/index.ts';
import type { Account } from '../schemas/ids.ts';
import { Column } from './columns.ts';
import { movementOf } from './movement.ts';

/** Some ten events a bucket where there are ten million. */
const BUCKETS = 1 << 20;
const FIRST_SEED = 0x811c9dc5;
const SECOND_SEED = 0x9747b28c;
const PRIME = 0x01000193;
const TILL = 'till:';

/**
 * Which events of a till bear a reference, newest first. For each event it keeps eight bytes: a
 * link to the event before it in its bucket, and a mark by which nearly all others are passed over
 * unread. A link is the revision plus one; zero ends the chain.
 */
export class References {
  revision = -1;
  #heads = new Column(Uint32Array);
  #links = new Column(Uint32Array);
  #marks = new Column(Uint32Array);

  /** Takes in the next event; one that was taken in before changes nothing. */
  apply({ revision, event }: Recorded): void {
    if (revision <= this.revision) return;
    this.revision = revision;
    const { reference } = event.data as { reference?: string };
    if (reference === undefined) return;
    const movement = movementOf(event);
    if (movement === undefined) return;
    const { debit, credit } = movement;
    if (credit.startsWith(TILL)) this.#add(revision, credit, reference);
    else if (debit.startsWith(TILL)) this.#add(revision, debit, reference);
  }

  /**
   * The revisions before one (exclusive) that are likely to bear a reference, newest first. Each
   * is a candidate, confirmed by reading the event.
   */
  *candidates(till: Account, reference: string, before = Infinity): Generator<number> {
    const mark = mixed(till, reference, SECOND_SEED);
    const bucket = mixed(till, reference, FIRST_SEED) % BUCKETS;
    for (let link = this.#heads.get(bucket); link !== 0; link = this.#links.get(link - 1)) {
      const revision = link - 1;
      if (revision < before && this.#marks.get(revision) === mark) yield revision;
    }
  }

  saved() {
    return {
      revision: this.revision,
      heads: this.#heads.saved(),
      links: this.#links.saved(),
      marks: this.#marks.saved(),
    };
  }

  static restored(saved: ReturnType<References['saved']>): References {
    const references = new References();
    references.revision = saved.revision;
    references.#heads = Column.restored(Uint32Array, saved.heads);
    references.#links = Column.restored(Uint32Array, saved.links);
    references.#marks = Column.restored(Uint32Array, saved.marks);
    return references;
  }

  #add(revision: number, till: Account, reference: string): void {
    const bucket = mixed(till, reference, FIRST_SEED) % BUCKETS;
    this.#links.set(revision, this.#heads.get(bucket));
    this.#marks.set(revision, mixed(till, reference, SECOND_SEED));
    this.#heads.set(bucket, revision + 1);
  }
}

/** Thirty-two well mixed bits of a till and a reference (FNV-1a, and a last round). */
function mixed(till: string, reference: string, seed: number): number {
  let bits = seed;
  for (let at = TILL.length; at < till.length; at += 1) {
    bits = Math.imul(bits ^ till.charCodeAt(at), PRIME);
  }
  for (let at = 0; at < reference.length; at += 1) {
    bits = Math.imul(bits ^ reference.charCodeAt(at), PRIME);
  }
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  return (bits ^ (bits >>> 13)) >>> 0;
}
