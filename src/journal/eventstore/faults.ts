import { TimedOutError } from './time.ts';

/** What an error of the client means. */
export type Fault = {
  /** Nothing was done, and nothing of it is under way. */
  readonly certain: boolean;
  /** The same will be refused again until somebody does something about it. */
  readonly lasting: boolean;
  /** The stream was deleted for good. */
  readonly deleted: boolean;
  readonly why: string;
};

/** What the client's errors carry; errors of gRPC itself may come out of it raw. */
type Raw = {
  readonly type?: string;
  readonly code?: number;
  readonly message?: string;
  readonly maxAppendSize?: number;
};

const UNAVAILABLE = 14;

/** What gRPC and discovery say of a call that never left this machine. */
const NEVER_SENT = /No connection established|Name resolution failed|Failed to discover after/;
/** What the server says of a call that it did not look into. */
const TURNED_AWAY = /Server Is (Too )?Busy|Server Is Not Ready|No leader info available/i;

const LAST_ERROR =
  /No connection established\. Last error: (?:Error: )?(.+?)\.?(?: Resolution note: .*)?$/;
const STATUS = /^\d+ [A-Z_]+: /;

/** Reads an error; whatever is not surely known to have done nothing is uncertain. */
export function faultOf(error: unknown): Fault {
  const { type, code, message = '', maxAppendSize } = error as Raw;
  const fault = { certain: false, lasting: false, deleted: false };
  if (error instanceof TimedOutError) return { ...fault, why: message };
  switch (type) {
    case 'not-leader':
      return { ...fault, certain: true, why: 'the node that was asked is not the leader' };
    case 'access-denied': {
      const why = 'the server denies access: check the user in JOURNAL_URL and the stream’s ACL';
      return { ...fault, certain: true, lasting: true, why };
    }
    case 'stream-deleted':
      return {
        ...fault,
        certain: true,
        lasting: true,
        deleted: true,
        why: 'it was deleted for good',
      };
    case 'maximum-append-size-exceeded': {
      const why =
        `the server takes no more than ${maxAppendSize} bytes at once: ` +
        'set its MaxAppendSize to 1 MiB (1048576) or more';
      return { ...fault, certain: true, lasting: true, why };
    }
    default: {
      const unavailable = type === 'unavailable' || code === UNAVAILABLE;
      const certain =
        TURNED_AWAY.test(message) ||
        (NEVER_SENT.test(message) && (unavailable || code === undefined));
      return { ...fault, certain, why: said(message) || type || 'the client does not say why' };
    }
  }
}

/** What gRPC says, without its numbers and notes, which tell an operator nothing. */
function said(message: string): string {
  const last = LAST_ERROR.exec(message)?.[1];
  return last === undefined ? message.replace(STATUS, '') : `no connection (${last})`;
}
