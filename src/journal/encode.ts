import { canonical } from '../../schemas/canonical.ts';
import { streamEventSchema } from '../../schemas/events/index.ts';

const EVENT_BYTES_MAX = 16 * 1024;
const COMMAND_BYTES_MAX = 768 * 1024;

export type Encoded =
  | { readonly lines: readonly string[] }
  | { readonly malformed: { readonly index: number; readonly why: string } };

/**
 * The canonical JSON of events, each parsed with its own schema and encoded again: what does not
 * come back the same is a bug and is not written. The schemas declare their fields in canonical
 * order (a test holds it), so what they give back is written in that order by JSON itself.
 * @param given the JSON of each event, with its fields in any order
 */
export function encode(given: readonly string[]): Encoded {
  const lines: string[] = [];
  let command = '';
  let bytes = 0;
  for (const [index, text] of given.entries()) {
    const event: unknown = JSON.parse(text);
    const parsed = streamEventSchema.safeParse(event);
    if (!parsed.success) return { malformed: { index, why: parsed.error.message } };
    const line = JSON.stringify(parsed.data);
    if (line !== text && line !== canonical(event)) {
      return { malformed: { index, why: 'it does not come back the same from its schema' } };
    }
    const size = Buffer.byteLength(line);
    if (size > EVENT_BYTES_MAX) return { malformed: { index, why: `it has ${size} bytes` } };
    const { id } = parsed.data.command;
    bytes = id === command ? bytes + size : size;
    command = id;
    if (bytes > COMMAND_BYTES_MAX) {
      return { malformed: { index, why: `its command has more than ${COMMAND_BYTES_MAX} bytes` } };
    }
    lines.push(line);
  }
  return { lines };
}
