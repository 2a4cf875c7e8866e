/** Why a stream cannot be copied, or is not the same on both sides; says what to do. */
export type CopyFault =
  'damaged' | 'differs' | 'longer' | 'unknown_event' | 'overtaken' | 'unreachable' | 'broken';

/** A copy stopped; what the target has by then is a beginning of the source, unless it differs. */
export class CopyError extends Error {
  override readonly name = 'CopyError';
  readonly code: CopyFault;
  readonly revision: number | undefined;

  constructor(code: CopyFault, message: string, revision?: number) {
    super(message);
    this.code = code;
    this.revision = revision;
  }
}
