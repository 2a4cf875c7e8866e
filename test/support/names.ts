import { base32 } from '../../schemas/base32.ts';
import type { NewCommand } from '../../schemas/commands.ts';
import { digest } from '../../schemas/digest.ts';
import type { CommandId, Digest } from '../../schemas/ids.ts';

/** The same id for the same name, so that tests can speak of people and places by name. */
export function idOf<P extends string>(prefix: P, name: string): `${P}_${string}` {
  const random = base32(Buffer.from(digest('id', name), 'base64url'));
  return `${prefix}_${random.slice(0, 16)}`;
}

/** What the stream holds of a named member's card, key or body. */
export function hashOf(name: string): Digest {
  return digest('hash', name);
}

/** The random parts of a command, the same for the same id. */
export function seeded(id: CommandId): NewCommand {
  return { id, seed: Buffer.from(id) };
}

/** The random parts of a command that has a name. */
export function newCommand(name: string): NewCommand {
  return seeded(idOf('cmd', name));
}
