import { readFileSync } from 'node:fs';
import { predecessorSchema, type Predecessor } from '../../schemas/events/ledger.ts';
import { ConfigError, type Config } from '../config.ts';
import type { Journal } from '../journal/journal.ts';
import { unverifiedIn } from '../proofs/checkpoint.ts';
import { NoteError } from '../proofs/note.ts';

/**
 * The ledger that an empty stream comes after, by the last checkpoint that it showed. Once the
 * stream is open, what the environment says of it counts for nothing.
 * @throws ConfigError
 */
export async function predecessorOf(
  { predecessorFile: file, signing }: Pick<Config, 'predecessorFile' | 'signing'>,
  journal: Pick<Journal, 'read'>,
): Promise<Predecessor | undefined> {
  if (file === undefined) return undefined;
  for await (const _ of journal.read(0, 1)) return undefined;
  const { origin, size, root } = checkpointAt(file);
  if (origin === signing.origin) {
    throw new ConfigError(
      `PREDECESSOR ${file} is a checkpoint of ${origin}, and so is ORIGIN. A ledger whose end ` +
        'is lost cannot begin again under its name: set ORIGIN to a new one.',
    );
  }
  const predecessor = { origin, root: Buffer.from(root).toString('base64'), size };
  const parsed = predecessorSchema.safeParse(predecessor);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`PREDECESSOR ${file} is no checkpoint of a ledger of this kind.`);
}

function checkpointAt(file: string) {
  try {
    const note = readFileSync(file, 'utf8');
    if (!note.includes('\n\n\u2014 ')) throw new NoteError('nobody signed it');
    return unverifiedIn(note);
  } catch (error) {
    throw new ConfigError(`PREDECESSOR ${file} is no checkpoint: ${(error as Error).message}.`);
  }
}
