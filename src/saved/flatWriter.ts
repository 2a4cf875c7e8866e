import { CELLS, KIND, KINDS, MIXED, type Cells, type Record } from './flat.ts';

const WINDOW_BYTES = 1 << 18;

/** Writes values one after another; `end` hands over the last bytes. */
export class FlatWriter {
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #window = new Uint8Array(WINDOW_BYTES);
  #used = 0;

  constructor(sink: (bytes: Uint8Array) => void) {
    this.#sink = sink;
  }

  /** @throws Error for what is no plain value */
  write(value: unknown): this {
    this.#column([value]);
    return this;
  }

  end(): void {
    this.#sink(this.#window.subarray(0, this.#used));
    this.#used = 0;
  }

  #column(values: readonly unknown[]): void {
    if (values.length === 0) return;
    const kinds = new Uint8Array(values.length);
    values.forEach((value, index) => (kinds[index] = kindOf(value)));
    const first = kinds[0]!;
    if (kinds.every((kind) => kind === first)) {
      this.#byte(first);
      this.#ofKind(first, values);
      return;
    }
    this.#byte(MIXED);
    this.#bytes(kinds);
    for (let kind = 0; kind < KINDS; kind += 1) {
      const some = values.filter((_, index) => kinds[index] === kind);
      if (some.length > 0) this.#ofKind(kind, some);
    }
  }

  #ofKind(kind: number, values: readonly unknown[]): void {
    switch (kind) {
      case KIND.number:
        return this.#numbers(values as number[]);
      case KIND.string:
        return this.#strings(values as string[]);
      case KIND.array: {
        const arrays = values as unknown[][];
        this.#numbers(arrays.map(({ length }) => length));
        return this.#column(arrays.flat());
      }
      case KIND.map: {
        const maps = values as Map<unknown, unknown>[];
        this.#numbers(maps.map(({ size }) => size));
        this.#column(maps.flatMap((map) => [...map.keys()]));
        return this.#column(maps.flatMap((map) => [...map.values()]));
      }
      case KIND.cells:
        return (values as Cells[]).forEach((cells) => this.#cells(cells));
      case KIND.record:
        return this.#records(values as Record[]);
      default:
    }
  }

  /** Records with the same names in the same order are columns together. */
  #records(records: readonly Record[]): void {
    const shapes = new Map<string, { readonly names: string[]; readonly records: Record[] }>();
    const shapeAt: number[] = [];
    const numbers = new Map<string, number>();
    for (const record of records) {
      const names = Object.keys(record);
      const key = names.join('\0');
      let shape = shapes.get(key);
      if (shape === undefined) {
        numbers.set(key, shapes.size);
        shapes.set(key, (shape = { names, records: [] }));
      }
      shape.records.push(record);
      shapeAt.push(numbers.get(key)!);
    }
    this.#column([[...shapes.values()].map(({ names }) => names)]);
    this.#numbers(shapeAt);
    for (const shape of shapes.values()) {
      for (const name of shape.names) this.#column(shape.records.map((record) => record[name]));
    }
  }

  /** Words that come often are written once. */
  #strings(values: readonly string[]): void {
    const words = new Map<string, number>();
    for (const value of values) if (!words.has(value)) words.set(value, words.size);
    const often = words.size * 2 <= values.length;
    this.#byte(often ? 1 : 0);
    if (!often) return this.#text(values);
    this.#numbers([words.size]);
    this.#text([...words.keys()]);
    this.#numbers(values.map((value) => words.get(value)!));
  }

  #text(values: readonly string[]): void {
    this.#numbers(values.map(({ length }) => length));
    const text = values.join('');
    const narrow = !/[^\0-\xff]/.test(text);
    this.#byte(narrow ? 1 : 2);
    this.#bytes(Buffer.from(text, narrow ? 'latin1' : 'utf16le'));
  }

  #numbers(values: readonly number[]): void {
    const whole = values.every((value) => Object.is(value >>> 0, value));
    const most = whole ? values.reduce((most, value) => (value > most ? value : most), 0) : 0;
    const narrow = whole ? [0x100, 0x10000].filter((end) => most >= end).length : 3;
    this.#byte(narrow);
    this.#raw(CELLS[narrow]!.from(values));
  }

  #cells(cells: Cells): void {
    this.#byte(CELLS.findIndex((one) => cells instanceof one));
    this.#numbers([cells.length]);
    this.#raw(cells);
  }

  #raw({ buffer, byteOffset, byteLength }: Cells): void {
    this.#bytes(new Uint8Array(buffer, byteOffset, byteLength));
  }

  #byte(byte: number): void {
    this.#bytes(Uint8Array.of(byte));
  }

  #bytes(bytes: Uint8Array): void {
    if (this.#used + bytes.length > WINDOW_BYTES) this.end();
    if (bytes.length > WINDOW_BYTES) return this.#sink(bytes);
    this.#window.set(bytes, this.#used);
    this.#used += bytes.length;
  }
}

function kindOf(value: unknown): number {
  if (value === undefined) return KIND.undefined;
  if (typeof value === 'boolean') return value ? KIND.true : KIND.false;
  if (typeof value === 'number') return KIND.number;
  if (typeof value === 'string') return KIND.string;
  if (Array.isArray(value)) return KIND.array;
  const made: unknown = typeof value === 'object' && value && Object.getPrototypeOf(value);
  if (made === Map.prototype) return KIND.map;
  if (made === Object.prototype) return KIND.record;
  if (CELLS.some((cells) => made === cells.prototype)) return KIND.cells;
  throw new Error(`a ${typeof value} that is no plain value cannot be saved`);
}
