/** What the exit status of every command says. */
export const EXIT = { ok: 0, refused: 1, usage: 2, unreachable: 3 } as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** One thing that is wrong, with the line of the file it stands on where there is one. */
export type FaultLine = {
  readonly line?: number | undefined;
  readonly code: string;
  readonly detail: string;
};

/** Why a command could not do what was asked, in a sentence, and never with a stack trace. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exit: Exit;
  readonly code: string;
  readonly faults: readonly FaultLine[];
  /** What is said besides, such as a control total. */
  readonly more: { readonly text: readonly string[]; readonly json: object };

  constructor(
    exit: Exit,
    code: string,
    message: string,
    faults: readonly FaultLine[] = [],
    more: Failure['more'] = { text: [], json: {} },
  ) {
    super(message);
    this.exit = exit;
    this.code = code;
    this.faults = faults;
    this.more = more;
  }
}

/** The command was not given as its help says. */
export function wrongUsage(message: string): Failure {
  return new Failure(EXIT.usage, 'usage', message);
}

/** Something that was handed in is not as it should be. */
export function faulty(code: string, message: string, faults: readonly FaultLine[] = []): Failure {
  return new Failure(EXIT.refused, code, message, faults);
}

/** "line 4: …", or without a line just what is wrong. */
export function faultText({ line, detail }: FaultLine): string {
  return line === undefined ? `  ${detail}` : `  line ${line}: ${detail}`;
}
