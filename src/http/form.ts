import { fault, refuse } from '../../schemas/refusals.ts';
import { RefusedError } from './problems.ts';

/** No schema has so many fields in one object, so many items in one list, or nests so deep. */
const FIELDS_MAX = 64;
const ITEMS_MAX = 1_000;
const DEPTH_MAX = 16;

/**
 * The refusal of a body that no schema can fit, found by counting alone: a schema would look at
 * each of thirty thousand fields, and word a fault for it, before it said no.
 */
export function formFault(body: unknown, pointer = '#', depth = 0): RefusedError | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  if (depth > DEPTH_MAX) return refused(pointer, `nests deeper than ${DEPTH_MAX} levels`);
  const isList = Array.isArray(body);
  const names = isList ? undefined : Object.keys(body);
  const count = names?.length ?? (body as readonly unknown[]).length;
  if (isList && count > ITEMS_MAX) {
    return refused(pointer, `has ${count} items; a list has at most ${ITEMS_MAX}`);
  }
  if (!isList && count > FIELDS_MAX) {
    return refused(pointer, `has ${count} fields; no object of a request has as many`);
  }
  for (const [index, value] of Object.values(body).entries()) {
    if (typeof value !== 'object') continue;
    const step = (names?.[index] ?? String(index)).replaceAll('~', '~0').replaceAll('/', '~1');
    const found = formFault(value, `${pointer}/${step}`, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function refused(pointer: string, detail: string): RefusedError {
  const errors = [{ ...fault(pointer, 'invalid_request'), detail }];
  return new RefusedError(refuse('invalid_request', {}, { errors }));
}
