import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { readCard } from '../../schemas/cards.ts';
import { idempotencyKeyAnswer } from '../../schemas/http/ledger.ts';
import { memberIdSchema, type MemberId } from '../../schemas/ids.ts';
import { rowsIn, type Row, type Unreadable } from '../sheet.ts';
import type { Client } from './client.ts';
import { faulty, type Failure } from './failure.ts';

export type Sheet = {
  readonly rows: readonly Row[];
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string;
  /** The file's name as a slug. */
  readonly reference: string;
};

const REFERENCE_MAX = 40;
/** Far more than anybody types in one go. */
const ROWS_MAX = 10_000;

/** How people say yes and no in a cell. */
export const YES = ['yes', 'y', 'true', '1', 'x'];
export const NO = ['', 'no', 'n', 'false', '0'];

/**
 * Reads a CSV file with a line of headings.
 * @param headings those that the sheet may have
 * @param needed those of them that it must have
 * @throws Failure naming the line of every fault
 */
export function readSheet(
  path: string,
  bytes: Uint8Array,
  headings: readonly string[],
  needed: readonly string[] = ['member'],
): Sheet {
  const rows = rowsIn(bytes, headings, needed, ROWS_MAX);
  if ('why' in rows) throw failureOf(path, rows);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { rows, sha256, reference: referenceOf(path) };
}

/**
 * The idempotency key of what a sheet asks for: the same for the same file and access key. The
 * stream keeps a hash of it, so it is made with the access key: of a plain hash of a short file
 * whoever reads events finds the cards in it by trying. What was sent under such a hash keeps it.
 * @param words what is asked for, with the hash of the file
 * @param plain the key that was sent for it before
 * @throws Failure
 */
export async function sheetKey(
  client: Client,
  { kind, words, plain }: { kind: string; words: string; plain: string },
): Promise<string> {
  return (await isUsed(client, plain)) ? plain : `${kind}-${client.keyed(words)}`;
}

async function isUsed(client: Client, key: string): Promise<boolean> {
  try {
    await client.get(`/v1/idempotency-keys/${key}`, idempotencyKeyAnswer);
    return true;
  } catch (error) {
    if ((error as Failure).code === 'key_not_found') return false;
    throw error;
  }
}

function failureOf(path: string, { why, faults, lines = 0 }: Unreadable): Failure {
  switch (why) {
    case 'empty':
      return faulty('sheet_empty', `${path} is empty.`);
    case 'no rows':
      return faulty('sheet_empty', `${path} has no line below its headings.`);
    case 'not CSV':
      return faulty('sheet_faulty', `${path} is not a CSV file that can be read:`, faults);
    case 'headings':
      return faulty('sheet_faulty', `The headings of ${path} are wrong:`, faults);
    case 'too long':
      return faulty(
        'list_too_long',
        `${path} has ${lines} lines, blank ones among them, which is more than one file may ` +
          'have. Take the blank ones out, or split it.',
      );
    case 'cells':
      return faulty('sheet_faulty', `${path} cannot be read:`, faults);
  }
}

/** Who a cell names: a member by id, or a card with its check character. */
export function bearerIn(cell: string): { memberId: MemberId } | { card: string } | undefined {
  const memberId = memberIdSchema.safeParse(cell);
  if (memberId.success) return { memberId: memberId.data };
  const card = readCard(cell);
  return card === undefined ? undefined : { card };
}

/** Why a cell names nobody. */
export function noBearer(cell: string): string {
  if (cell === '') return 'names no member: the member cell is empty';
  return (
    `${JSON.stringify(cell)} is neither a member id (mem_…) nor a card number ` +
    '(ten characters, of which the last checks the rest: look for a mistype)'
  );
}

function referenceOf(path: string): string {
  const name = basename(path, extname(path)).normalize('NFKD');
  const slug = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '');
  return slug.slice(0, REFERENCE_MAX) || 'sheet';
}
