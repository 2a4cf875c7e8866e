import type { Shown } from './store.ts';

const RESTORE =
  'Nothing is served. Put the stream that was shown back into an empty folder from a backup, and ' +
  "what a backup lacks from an auditor's (timecredits restore --from BACKUP --data EMPTY_DIR " +
  '--tail-from AUDITOR_DIR); or, where its end is lost for good, ';

/** The stream is not the one that was shown; says what was shown, what is there, what to do. */
export class ChangedHistoryError extends Error {
  override readonly name: string = 'ChangedHistoryError';

  constructor(shown: Shown, root: string, found: string) {
    super(
      `The history has changed. The checkpoint shown at ${shown.recordedAt} is over ` +
        `${shown.size} events with root ${root}, but ${found}. ${RESTORE}` +
        'open a successor in an empty folder, with ORIGIN ' +
        'set to a new name and PREDECESSOR to a file with this checkpoint.',
    );
  }
}

/** The stream has not the end that was answered, though nobody was shown a checkpoint of that. */
export class LostEndError extends ChangedHistoryError {
  override readonly name = 'LostEndError';

  constructor(head: Shown, root: string, found: string, file: string) {
    super(head, root, found);
    this.message =
      `The end of the stream is lost, or was changed. ${file}, signed at ${head.recordedAt}, is ` +
      `over ${head.size} events with root ${root}, but ${found}. What it covers was answered. ` +
      `${RESTORE}put ${file} aside, start again, and have the tills send their last hours again: ` +
      'what is there is answered as before, and what was lost is recorded.';
  }
}
