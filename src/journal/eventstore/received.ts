import { hash } from 'node:crypto';
import type { RecordedEvent } from '@eventstore/db-client';
import { canonical } from '../../../schemas/canonical.ts';

/** An event as the server has it; `foreign` says why it is not one that this software wrote. */
export type Received =
  | { readonly revision: number; readonly line: string }
  | { readonly revision: number; readonly foreign: string };

/** A version and variants as RFC 9562 has them for UUIDs of one's own making. */
const VERSION = '8';
const VARIANTS = '89ab';

/**
 * The id of an event: a UUID of version 8 from the SHA-256 of where it stands and what it says.
 * The server compares ids, never bytes, when it is sent the same again; so its answer that an
 * event is there already can only be about these bytes at this revision.
 */
export function eventId(stream: string, revision: number, line: string): string {
  const hex = hash('sha256', `${stream}\0${revision}\0${line}`);
  const variant = VARIANTS[parseInt(hex.charAt(16), 16) & 3]!;
  const third = VERSION + hex.slice(13, 16);
  const fourth = variant + hex.slice(17, 20);
  return [hex.slice(0, 8), hex.slice(8, 12), third, fourth, hex.slice(20, 32)].join('-');
}

/**
 * Reads an event that came from the server. Whether this version knows its type is not asked
 * here; an event of a later version is well formed and has the id of its bytes.
 */
export function received(stream: string, event: RecordedEvent): Received {
  const revision = Number(event.revision);
  const line = JSON.stringify(event.data);
  const foreign = (what: string): Received => ({
    revision,
    foreign: `it was not written by this service, or was changed since: ${what}`,
  });
  if (!event.isJson) return foreign('it is not JSON');
  if (event.id !== eventId(stream, revision, line)) {
    return foreign(`its id ${event.id} is not the one that its content gives it there`);
  }
  if (event.metadata !== undefined) return foreign('it has metadata');
  const data = event.data as { readonly type?: unknown } | null;
  if (data?.type !== event.type) return foreign('the server has another type for it');
  if (!isCanonical(line, event.data)) return foreign('its members are not in order');
  return { revision, line };
}

/** What has no canonical form, such as text with half a character, is not in it either. */
function isCanonical(line: string, data: unknown): boolean {
  try {
    return canonical(data) === line;
  } catch {
    return false;
  }
}
