import { shownAs, type Address } from './journals.ts';

export type Moved = {
  readonly from: Address;
  readonly to: Address;
  /** Where the new instance has its data. */
  readonly folder: string;
  readonly network: string;
};

/** What is left to do by hand once a ledger was copied, step by step. */
export function nextSteps({ from, to, folder, network }: Moved): string[] {
  const old = from.kind === 'sqlite' ? from.directory : undefined;
  const set = [
    `DATA_DIR=${quoted(folder)}`,
    `NETWORK=${network}`,
    ...(to.kind === 'sqlite' && to.directory !== undefined
      ? []
      : [`JOURNAL_URL=${quoted(typed(to))}`]),
  ];
  const parts = ['card.key', 'signing.key', 'checkpoints.sqlite'];
  const olds = parts.map((name) => quoted(`${old}/${name}`)).join(' ');
  return [
    'What to do next:',
    '  1. Copy the keys and what was shown of the ledger into the folder of the new instance:',
    old === undefined
      ? `       ${parts.join(', ')} -> ${folder}`
      : `       cp -p ${olds} ${quoted(folder)}/`,
    '  2. Start one instance (with ORIGIN too, if it was set, and user and password in the URL,',
    '     if there are any), and look whether it is ready before you start more:',
    `       ${set.join(' ')} npm start`,
    '  3. Never start a service on the old place again: two ledgers that both grow can never be',
    '     joined. Keep it as it is:',
    old === undefined
      ? `       ${shownAs(from)}: let nobody write to it any more`
      : `       chmod -R a-w ${quoted(old)}`,
  ];
}

function typed(to: Address): string {
  return to.kind === 'eventstore' ? to.withoutUser : shownAs(to);
}

/** A word for a shell. */
function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
