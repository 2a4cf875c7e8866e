import { readFileSync } from 'node:fs';
import fc, { type Arbitrary } from 'fast-check';

/** As much of JSON Schema as the OpenAPI document uses for what is sent. */
export type JsonSchema = {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly examples?: readonly unknown[];
  readonly $ref?: string;
};

type Media = { readonly schema: JsonSchema; readonly example?: unknown };
type Content = Readonly<Record<string, Media>>;

export type Parameter = {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly example?: unknown;
};

export type Operation = {
  readonly summary?: string;
  readonly description?: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Content }>
  >;
};

export type OpenApi = {
  readonly openapi: string;
  readonly info: Readonly<Record<'title' | 'version' | 'description', string>>;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
};

/** The OpenAPI document that is checked in. */
export const checkedIn = JSON.parse(
  readFileSync(new URL('../../schemas/openapi.json', import.meta.url), 'utf8'),
) as OpenApi;

export type Call = {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
};

/** Every operation of a document. */
export function callsOf({ paths }: OpenApi): readonly Call[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

/** What a person is shown to send: the example of a body, or one made of its fields' examples. */
export function exampleOf({ schema, example }: Media): unknown {
  if (example !== undefined) return example;
  const { $ref, examples, properties = {}, items } = schema;
  if ($ref !== undefined) {
    return exampleOf({ schema: checkedIn.components.schemas[$ref.split('/').at(-1)!]! });
  }
  if (examples !== undefined) return examples[0];
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.type === 'array') return [exampleOf({ schema: items! })];
  if (schema.type === 'integer') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return true;
  if (schema.type !== 'object') return '';
  const fields = Object.entries(properties).map(([name, of]) => [name, exampleOf({ schema: of })]);
  return Object.fromEntries(fields);
}

/** Whether a call's answer may have a status, as its document says. */
export function documents({ responses }: Operation, status: number): boolean {
  return String(status) in responses || `${String(status).charAt(0)}XX` in responses;
}

/**
 * Values that fit a schema, as far as a schema can say.
 * @param known ids and words that mean something in the world at hand; taken wherever they fit
 */
export function fitting(schema: JsonSchema, known: readonly string[]): Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1)!;
    return fitting(checkedIn.components.schemas[name]!, known);
  }
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'string':
      return fittingText(schema, known);
    case 'integer': {
      const { minimum = -1000, maximum = 1000 } = schema;
      return fc.oneof(
        fc.integer({ min: minimum, max: Math.min(maximum, minimum + 300) }),
        fc.integer({ min: minimum, max: maximum }),
      );
    }
    case 'boolean':
      return fc.boolean();
    case 'array': {
      const maxLength = Math.min(schema.maxItems ?? 3, 3);
      return fc.array(fitting(schema.items!, known), {
        minLength: schema.minItems ?? 0,
        maxLength,
      });
    }
    case 'object': {
      const properties = Object.entries(schema.properties ?? {});
      const fields = properties.map(([name, of]) => [name, fitting(of, known)] as const);
      const model: Record<string, Arbitrary<unknown>> = Object.fromEntries(fields);
      return fc.record(model, { requiredKeys: [...(schema.required ?? [])] });
    }
    default:
      return fc.jsonValue();
  }
}

const AMOUNTS = ['0.01', '0.5', '1', '2.5', '20', '1000000', '2.50', '1e3', '٣'];

function fittingText(schema: JsonSchema, known: readonly string[]): Arbitrary<string> {
  const { pattern, minLength = 0, maxLength = 40 } = schema;
  if (pattern === undefined) {
    const free = fc.string({ minLength, maxLength: Math.min(maxLength, 60), unit: 'grapheme' });
    return fc.oneof(free, fc.constantFrom(...AMOUNTS));
  }
  const regex = new RegExp(pattern);
  const some = fc.stringMatching(regex, { size: 'small' });
  const fits = known.filter((word) => regex.test(word));
  return fits.length === 0 ? some : fc.oneof(some, fc.constantFrom(...fits));
}

/** What some mutation makes of a value: a part of it replaced, left out, or joined by another. */
export function mutated(value: Arbitrary<unknown>): Arbitrary<unknown> {
  const kinds = fc.constantFrom('replace', 'remove', 'add' as const);
  return fc
    .tuple(value, fc.nat(12), fc.jsonValue({ maxDepth: 2 }), kinds)
    .map(([whole, at, other, kind]) => mutate(structuredClone(whole), at, other, kind));
}

function mutate(whole: unknown, at: number, other: unknown, kind: string): unknown {
  const places = placesIn(whole);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return other;
  const { holder, key } = place;
  if (kind === 'replace') holder[key] = other;
  else if (kind === 'add') holder[`${key}2`] = other;
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
  return whole;
}

type Place = { readonly holder: Record<string, unknown>; readonly key: string };

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}
