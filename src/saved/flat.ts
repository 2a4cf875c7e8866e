/**
 * Plain values as flat bytes, and back: what comes back is the same, and the same values always
 * give the same bytes, on every machine that counts bytes in one order. Values of one kind stand
 * together in columns: a table of a hundred thousand records costs a few columns, each a typed
 * array or one long text, and not a hundred thousand times the work.
 *
 * Values are undefined, booleans, numbers, strings, arrays, maps, typed arrays and plain records.
 */

export const KIND = {
  undefined: 0,
  false: 1,
  true: 2,
  number: 3,
  string: 4,
  array: 5,
  map: 6,
  cells: 7,
  record: 8,
} as const;
export const KINDS = Object.keys(KIND).length;
/** Says of a column that its values are not of one kind. */
export const MIXED = 255;

export const CELLS = [Uint8Array, Uint16Array, Uint32Array, Float64Array] as const;
export type Cells = InstanceType<(typeof CELLS)[number]>;
export type Record = { [name: string]: unknown };
