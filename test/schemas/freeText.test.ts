import t from 'tap';
import { z } from 'zod';
import { eventSchemas } from '../../schemas/events/index.ts';

/** What a person might type about a person: none of it may be taken anywhere but in a name. */
const TYPED = ['Asha Patel', 'asha@example.org', 'Zoë', '12 High Street, Strood', 'ill since May'];

/** The one closed list of free text in the stream. */
const FREE_TEXT = [
  'OrganisationRegistered.data.name',
  'VenueRegistered.data.name',
  'OfferPublished.data.restrictions',
  'OfferPublished.data.title',
  'NetworkRegistered.data.name',
  'VenueRenamed.data.name',
  'OrganisationRenamed.data.name',
];

t.test(
  'the only free text is names of organisations, venues, offers and networks, and restrictions',
  async (t) => {
    const free = eventSchemas.flatMap((schema) => freeIn(schema, schema.shape.type.value));
    t.same(free, FREE_TEXT);
  },
);

t.test('the walk sees free text wherever it hides', async (t) => {
  const hidden = z.strictObject({
    list: z.array(z.strictObject({ note: z.string().max(40).optional() })),
    either: z.union([z.literal('system'), z.string().min(1)]),
    code: z.enum(['a', 'b']),
  });
  t.same(freeIn(hidden, 'Event'), ['Event.list.note', 'Event.either']);
  t.throws(() => freeIn(z.record(z.string(), z.string()), 'Event'), /not known/);
});

/** The paths under a schema where something typed would be taken. */
function freeIn(schema: z.core.$ZodType, path: string): string[] {
  if (schema instanceof z.ZodObject) {
    const shape = schema.shape as Record<string, z.core.$ZodType>;
    return Object.entries(shape).flatMap(([name, field]) => freeIn(field, `${path}.${name}`));
  }
  if (schema instanceof z.ZodOptional) return freeIn(schema.unwrap(), path);
  if (schema instanceof z.ZodArray) return freeIn(schema.element, path);
  if (schema instanceof z.ZodUnion) {
    return [...new Set(schema.options.flatMap((option) => freeIn(option, path)))];
  }
  const leaves = [z.ZodString, z.ZodEnum, z.ZodLiteral, z.ZodNumber, z.ZodTemplateLiteral];
  if (!leaves.some((kind) => schema instanceof kind)) throw new Error(`${path} is not known here`);
  return TYPED.some((text) => z.safeParse(schema, text).success) ? [path] : [];
}
