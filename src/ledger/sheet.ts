import type { Sheet } from '../../schemas/commands.ts';
import { digest } from '../../schemas/digest.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { SALT_FORMAT } from '../../schemas/events/envelope.ts';
import type { OrganisationId } from '../../schemas/ids.ts';
import type { Ledger } from './state.ts';

type Kept = NonNullable<EventOf<'CreditsIssued'>['data']['sheet']>;

/** A sheet as the stream keeps it: by the HMAC of its hash, once the format knows that. */
export function sheetKept(state: Ledger, { reference, sha256, hmac }: Sheet): Kept {
  return state.format < SALT_FORMAT ? { reference, sha256 } : { hmac, reference };
}

/** The revisions at which an organisation may have typed in a sheet, in either way to keep it. */
export function sheetCandidates(
  { sheets }: Pick<Ledger, 'sheets'>,
  organisation: OrganisationId,
  { sha256, hmac }: Sheet,
): readonly number[] {
  return [hmac, sha256].flatMap((mark) => [...sheets.candidates(sheetMark(organisation, mark))]);
}

/** Whether a sheet that is kept is this one. */
export function isSheet(kept: Kept | undefined, { sha256, hmac }: Sheet): boolean {
  return kept !== undefined && (kept.hmac === hmac || kept.sha256 === sha256);
}

/** Remembers at which revision a sheet was typed in. */
export function addSheet(
  { sheets }: Pick<Ledger, 'sheets'>,
  organisation: OrganisationId,
  { sha256, hmac }: Kept,
  revision: number,
): void {
  const mark = hmac ?? sha256;
  if (mark !== undefined) sheets.add(sheetMark(organisation, mark), revision);
}

/** The digest under which the same sheet is found again. */
function sheetMark(organisation: OrganisationId, mark: string) {
  return digest('sheet', organisation, mark);
}
