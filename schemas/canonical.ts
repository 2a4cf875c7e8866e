/** What JSON can hold. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [k: string]: Json };

/** Printable ASCII without a quote or a backslash: what stands in JSON as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * The RFC 8785 (JSON Canonicalization Scheme) form of a value: keys sorted by UTF-16 code units,
 * no spaces, numbers and strings as ECMAScript writes them. Members that are undefined are absent.
 * @throws TypeError for what JSON cannot hold: not a finite number, a function, a bigint; and for
 *   text with a lone surrogate, which has no bytes in UTF-8
 */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`JSON cannot hold ${typeof value}`);
  const members = value as Record<string, unknown>;
  let text = '';
  for (const key of Object.keys(members).sort()) {
    const member = members[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${quoted(key)}:${canonical(member)}`;
  }
  return `{${text}}`;
}

function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError('JSON in UTF-8 cannot hold a lone surrogate');
  return JSON.stringify(text);
}
