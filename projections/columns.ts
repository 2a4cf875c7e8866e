/** Typed arrays that a column may be made of. */
export type Cells = Float64Array | Uint32Array | Uint16Array;

const CHUNK_ROWS = 1 << 16;

/**
 * One number for each revision, flat: chunks of typed arrays, so that history costs a few bytes an
 * event and growing never copies what is there.
 */
export class Column {
  readonly #make: () => Cells;
  #chunks: Cells[] = [];

  constructor(cells: new (length: number) => Cells) {
    this.#make = () => new cells(CHUNK_ROWS);
  }

  /** The number of a row; 0 where none was set. */
  get(row: number): number {
    return this.#chunks[row >>> 16]?.[row & (CHUNK_ROWS - 1)] ?? 0;
  }

  set(row: number, value: number): void {
    const chunk = row >>> 16;
    while (this.#chunks.length <= chunk) this.#chunks.push(this.#make());
    this.#chunks[chunk]![row & (CHUNK_ROWS - 1)] = value;
  }

  saved(): Cells[] {
    return this.#chunks;
  }

  static restored(cells: new (length: number) => Cells, saved: Cells[]): Column {
    const column = new Column(cells);
    column.#chunks = saved;
    return column;
  }
}
