/** A slot is four words of a digest and the revision it was first seen at, plus one. */
const SLOT = 5;
const WORDS = 4;
/** Six bits a character, so five characters fill a word: 120 bits of the digest are kept. */
const CHARACTERS = 5;
const FIRST_SLOTS = 1 << 10;

/**
 * When each of many digests was first seen. They are SHA-256, so two that agree in 120 bits are
 * the same; what is kept of each is 20 bytes in a typed array.
 */
export class DigestTable {
  #slots = new Uint32Array(FIRST_SLOTS * SLOT);
  #used = 0;

  /** Notes a digest in base64url, and tells the revision it was first seen at. */
  add(digest: string, revision: number): number {
    if (this.#used * 2 >= this.#slots.length / SLOT) this.#grow();
    const first = wordOf(digest, 0);
    let at = this.#startOf(first);
    for (; this.#slots[at + WORDS] !== 0; at = (at + SLOT) % this.#slots.length) {
      if (this.#slots[at] === first && this.#same(at, digest)) return this.#slots[at + WORDS]! - 1;
    }
    for (let word = 0; word < WORDS; word += 1) this.#slots[at + word] = wordOf(digest, word);
    this.#slots[at + WORDS] = revision + 1;
    this.#used += 1;
    return revision;
  }

  #same(at: number, digest: string): boolean {
    for (let word = 1; word < WORDS; word += 1) {
      if (this.#slots[at + word] !== wordOf(digest, word)) return false;
    }
    return true;
  }

  #startOf(first: number): number {
    return (first % (this.#slots.length / SLOT)) * SLOT;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let from = 0; from < old.length; from += SLOT) {
      if (old[from + WORDS] === 0) continue;
      let at = this.#startOf(old[from]!);
      while (this.#slots[at + WORDS] !== 0) at = (at + SLOT) % this.#slots.length;
      this.#slots.set(old.subarray(from, from + SLOT), at);
    }
  }
}

/** Some of the digest as a number: base64url maps to six bits in any one-to-one way. */
function wordOf(digest: string, word: number): number {
  let bits = 0;
  for (let at = word * CHARACTERS; at < (word + 1) * CHARACTERS; at += 1) {
    bits = bits * 64 + sixBits(digest.charCodeAt(at));
  }
  return bits;
}

function sixBits(code: number): number {
  if (code >= 97) return code - 97;
  if (code === 95) return 26;
  if (code >= 65) return code - 65 + 27;
  return code === 45 ? 63 : code - 48 + 53;
}
