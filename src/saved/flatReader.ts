import { CELLS, KIND, KINDS, MIXED, type Cells, type Record } from './flat.ts';

/** Reads values back, in the order in which they were written, from bytes that are whole. */
export class FlatReader {
  readonly #source: (target: Uint8Array) => void;

  /** @param source fills what it is handed with the next bytes */
  constructor(source: (target: Uint8Array) => void) {
    this.#source = source;
  }

  read(): unknown {
    return this.#column(1)[0];
  }

  #column(count: number): unknown[] {
    if (count === 0) return [];
    const kind = this.#byte();
    if (kind !== MIXED) return this.#ofKind(kind, count);
    const kinds = this.#bytes(count);
    const counts = new Uint32Array(KINDS);
    for (const one of kinds) counts[one]! += 1;
    const columns = [...counts].map((some, one) => (some === 0 ? [] : this.#ofKind(one, some)));
    return interleaved(kinds, columns);
  }

  #ofKind(kind: number, count: number): unknown[] {
    switch (kind) {
      case KIND.undefined:
        return Array.from({ length: count }, () => undefined);
      case KIND.false:
      case KIND.true:
        return Array.from({ length: count }, () => kind === KIND.true);
      case KIND.number:
        return Array.from(this.#numbers(count));
      case KIND.string:
        return this.#strings(count);
      case KIND.array:
        return this.#arrays(count);
      case KIND.map:
        return this.#maps(count);
      case KIND.cells:
        return Array.from({ length: count }, () => this.#cells());
      default:
        return this.#records(count);
    }
  }

  #arrays(count: number): unknown[] {
    const lengths = this.#numbers(count);
    const all = this.#column(sumOf(lengths));
    let at = 0;
    return Array.from(lengths, (length) => all.slice(at, (at += length)));
  }

  #maps(count: number): unknown[] {
    const sizes = this.#numbers(count);
    const keys = this.#column(sumOf(sizes));
    const values = this.#column(keys.length);
    let at = 0;
    return Array.from(sizes, (size) => {
      const map = new Map<unknown, unknown>();
      for (const end = at + size; at < end; at += 1) map.set(keys[at], values[at]);
      return map;
    });
  }

  #records(count: number): Record[] {
    const [shapes] = this.#column(1) as [string[][]];
    const shapeAt = this.#numbers(count);
    const counts = new Uint32Array(shapes.length);
    for (const shape of shapeAt) counts[shape]! += 1;
    const columns = shapes.map((names, shape) => {
      const records = Array.from({ length: counts[shape]! }, (): Record => ({}));
      for (const name of names) {
        const values = this.#column(records.length);
        for (const [index, record] of records.entries()) record[name] = values[index];
      }
      return records;
    });
    return interleaved(shapeAt, columns);
  }

  #strings(count: number): string[] {
    if (this.#byte() === 0) return this.#text(count);
    const words = this.#text(this.#numbers(1)[0]!);
    return Array.from(this.#numbers(count), (word) => words[word]!);
  }

  #text(count: number): string[] {
    const lengths = this.#numbers(count);
    const width = this.#byte();
    const { buffer, byteLength } = this.#bytes(sumOf(lengths) * width);
    const bytes = Buffer.from(buffer, 0, byteLength);
    const encoding = width === 1 ? 'latin1' : 'utf16le';
    let at = 0;
    return Array.from(lengths, (length) => bytes.toString(encoding, at, (at += length * width)));
  }

  #numbers(count: number): Cells {
    return this.#raw(CELLS[this.#byte()]!, count);
  }

  #cells(): Cells {
    const type = CELLS[this.#byte()]!;
    return this.#raw(type, this.#numbers(1)[0]!);
  }

  #raw(type: (typeof CELLS)[number], count: number): Cells {
    return new type(this.#bytes(count * type.BYTES_PER_ELEMENT).buffer);
  }

  #byte(): number {
    return this.#bytes(1)[0]!;
  }

  #bytes(count: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(count);
    this.#source(bytes);
    return bytes;
  }
}

/** Puts columns together again: for each place the next value of the column it names. */
function interleaved<T>(places: Cells, columns: readonly T[][]): T[] {
  if (columns.length === 1) return columns[0]!;
  const taken = new Uint32Array(columns.length);
  return Array.from(places, (column) => columns[column]![taken[column]!++]!);
}

function sumOf(numbers: Cells): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}
