import type { z } from 'zod';
import { amountOrZeroSchema, amountSchema } from '../../schemas/amounts.ts';
import { eventSchemas, olderSchemas } from '../../schemas/events/index.ts';
import { nameSchema, sentenceSchema } from '../../schemas/text.ts';
import { daySchema, givenInstantSchema, instantSchema } from '../../schemas/time.ts';

/**
 * The schema of each type and version of event as one regular expression over its canonical
 * bytes. A line that matches is canonical and as its schema says, without a second look; one that
 * does not is judged by the schema itself. So an expression may be narrower than its schema, and
 * must never be wider: a test holds that against the schemas.
 */

type Check = {
  readonly check: string;
  readonly format?: string;
  readonly pattern?: RegExp;
  readonly value?: number;
  readonly minimum?: number;
  readonly maximum?: number;
};
/** What a schema of zod says of itself. */
type Definition = {
  readonly type: string;
  readonly format?: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly options?: readonly z.ZodType[];
};

/** A schema that no expression can stand for. */
class Inexpressible extends Error {}

const DAY =
  '\\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|' +
  '(?:0[13578]|1[02])-31)';
const TIME = `${DAY}T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d`;
const AMOUNT = '(?:0\\.\\d?[1-9]|[1-9]\\d{0,5}(?:\\.\\d?[1-9])?)';

/** One line of printable ASCII that stands in JSON as it is, up to some characters. */
function plain(charactersMax: number): string {
  const inner = charactersMax - 2;
  return `[!#-\\[\\]-~](?:[ !#-\\[\\]-~]{0,${inner}}[!#-\\[\\]-~])?`;
}

/** Texts whose schemas ask more than a pattern of their own says. */
const TEXTS = new Map<unknown, string>(
  (
    [
      [daySchema, DAY],
      [instantSchema, `${TIME}\\.\\d{3}Z`],
      [givenInstantSchema, `${TIME}(?:\\.\\d{1,3})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)`],
      [amountSchema, AMOUNT],
      [amountOrZeroSchema, `(?:0|${AMOUNT})`],
      [nameSchema, plain(120)],
      [sentenceSchema, plain(400)],
    ] as const
  ).map(([schema, text]) => [definitionOf(schema), text]),
);

const TYPE = '"type":"';

/** The expressions by what stands behind the last `"type":"` of a line. */
const shapes = new Map<string, RegExp>(
  [...eventSchemas, ...olderSchemas].flatMap((schema) => {
    const { type, v } = schema.shape;
    const expression = shapeOf(schema);
    return expression === undefined ? [] : [[`${type.value}","v":${v.value}}`, expression]];
  }),
);

/** Whether a line is canonical and as its schema says, as far as can be told at a glance. */
export function hasShape(line: string): boolean {
  const tail = line.slice(line.lastIndexOf(TYPE) + TYPE.length);
  return shapes.get(tail)?.test(line) ?? false;
}

/** The expression of a schema; nothing where there is none. */
export function shapeOf(schema: z.ZodType): RegExp | undefined {
  try {
    return new RegExp(`^${valueOf(schema)}$`);
  } catch (error) {
    if (error instanceof Inexpressible) return undefined;
    throw error;
  }
}

function definitionOf(schema: z.ZodType): Definition {
  return schema._zod.def;
}

function valueOf(schema: z.ZodType): string {
  const definition = definitionOf(schema);
  const text = TEXTS.get(definition);
  if (text !== undefined) return `"${text}"`;
  switch (definition.type) {
    case 'object':
      return objectOf(definition);
    case 'array':
      return arrayOf(definition);
    case 'union':
      return anyOf(definition.options!.map(valueOf));
    case 'literal':
      return anyOf(definition.values!.map((value) => escaped(JSON.stringify(value))));
    case 'enum':
      return anyOf(Object.values(definition.entries!).map((value) => `"${escaped(value)}"`));
    case 'template_literal':
      return `"${uncaptured((schema._zod as unknown as { pattern: RegExp }).pattern)}"`;
    case 'string':
      return stringOf(definition);
    case 'number':
      return wholeNumberOf(definition);
    default:
      throw new Inexpressible();
  }
}

/** The members in canonical order; at least one must always be there, to set the commas by. */
function objectOf(definition: Definition): string {
  if (checksOf(definition).length > 0) throw new Inexpressible();
  let members = '';
  let begun = false;
  for (const key of Object.keys(definition.shape!).sort()) {
    const schema = definition.shape![key]!;
    const { type, innerType } = definitionOf(schema);
    const optional = type === 'optional';
    const member = `"${escaped(key)}":${valueOf(optional ? innerType! : schema)}`;
    const placed = begun ? `,${member}` : optional ? `${member},` : member;
    members += optional ? `(?:${placed})?` : placed;
    begun ||= !optional;
  }
  if (!begun) throw new Inexpressible();
  return `\\{${members}\\}`;
}

function arrayOf(definition: Definition): string {
  const checks = checksOf(definition);
  const min = checks.find(({ check }) => check === 'min_length')?.minimum ?? 0;
  const max = checks.find(({ check }) => check === 'max_length')?.maximum;
  const known = checks.every(({ check }) => check === 'min_length' || check === 'max_length');
  if (!known || min !== 1 || max === undefined) throw new Inexpressible();
  const item = valueOf(definition.element!);
  return `\\[${item}(?:,${item}){0,${max - 1}}\\]`;
}

/** A string that one pattern says all about. */
function stringOf(definition: Definition): string {
  const [check, ...others] = checksOf(definition);
  const alone = others.length === 0 && definition.format === undefined;
  if (check?.format !== 'regex' || !alone) throw new Inexpressible();
  return `"${uncaptured(check.pattern!)}"`;
}

/** The whole numbers that have fewer digits than the greatest, and the greatest itself. */
function wholeNumberOf(definition: Definition): string {
  if (definition.format !== 'safeint') throw new Inexpressible();
  let [least, greatest] = [-Infinity, Number.MAX_SAFE_INTEGER];
  for (const { check, value } of checksOf(definition)) {
    if (check === 'greater_than') least = value!;
    else if (check === 'less_than') greatest = value!;
    else throw new Inexpressible();
  }
  if ((least !== 0 && least !== 1) || greatest < 1) throw new Inexpressible();
  const digits = Math.floor(Math.log10(greatest + 1));
  const shorter = digits === 0 ? [] : [`[1-9]\\d{0,${digits - 1}}`];
  return anyOf([...(least === 0 ? ['0'] : []), ...shorter, String(greatest)]);
}

function checksOf({ checks = [] }: Definition): Check[] {
  return checks.map(({ _zod }) => _zod.def);
}

function anyOf(expressions: readonly string[]): string {
  return expressions.length === 1 ? expressions[0]! : `(?:${expressions.join('|')})`;
}

/** A pattern from end to end, without its anchors and without noting what it matched. */
function uncaptured({ source, flags }: RegExp): string {
  const inner = /^\^(.*)\$$/s.exec(source)?.[1];
  // What a dot or a negated class lets through may be written otherwise in JSON.
  if (inner === undefined || flags !== '' || /\[\^|\\[DSW]/.test(inner)) throw new Inexpressible();
  return `(?:${inner.replaceAll(/(?<!\\)\((?!\?)/g, '(?:')})`;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
