import t from 'tap';
import { z } from 'zod';
import { eventSchemas } from '../../schemas/events/index.ts';

/** Every object in a schema whose fields are not declared in canonical order, by its path. */
function* outOfOrder(schema: z.ZodType, path: string): Generator<string> {
  if (schema instanceof z.ZodOptional) yield* outOfOrder(schema.unwrap() as z.ZodType, path);
  if (schema instanceof z.ZodArray) yield* outOfOrder(schema.element as z.ZodType, `${path}[]`);
  if (!(schema instanceof z.ZodObject)) return;
  const fields = Object.keys(schema.shape);
  if (fields.join() !== fields.toSorted().join()) yield path;
  for (const field of fields) {
    yield* outOfOrder(schema.shape[field] as z.ZodType, `${path}.${field}`);
  }
}

t.test(
  'events declare their fields in canonical order, so that JSON writes them in it',
  async (t) => {
    for (const schema of eventSchemas) {
      const { value } = schema.shape.type;
      t.same([...outOfOrder(schema, value)], [], value);
    }
  },
);
