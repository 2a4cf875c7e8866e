import {
  AccessDeniedError,
  CancelledError,
  DeadlineExceededError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  TimeoutError,
  UnavailableError,
  UnknownError,
} from '@eventstore/db-client';
import t from 'tap';
import { faultOf } from '../../../src/journal/eventstore/faults.ts';
import { TimedOutError } from '../../../src/journal/eventstore/time.ts';

/** An error of gRPC as the client makes its own from, or lets it through. */
function raw(code: number, details: string): Error {
  return Object.assign(new Error(`${code} ${details}`), { code, details });
}

const REFUSED = 'UNAVAILABLE: No connection established. Last error: connect ECONNREFUSED';

t.test('what certainly did nothing', async (t) => {
  const errors: Readonly<Record<string, unknown>> = {
    'no connection, as gRPC says it': raw(14, REFUSED),
    'no connection, as the client says it': new UnavailableError(raw(14, REFUSED) as never),
    'a name that leads nowhere': raw(14, 'UNAVAILABLE: Name resolution failed for target dns:one'),
    'no node found': new Error('Failed to discover after 10 attempts.'),
    'a busy server': new UnavailableError(raw(14, 'UNAVAILABLE: Server Is Too Busy') as never),
    'a busy server, of a batch': new UnknownError(undefined, 'Could not recognize Server Is Busy'),
    'a server that starts': new UnavailableError(raw(14, 'Server Is Not Ready') as never),
    'no access': new AccessDeniedError(),
    'a stream that is deleted': StreamDeletedError.fromStreamName('ledger-test'),
    'too much at once': MaxAppendSizeExceededError.fromMaxAppendSize(1000),
  };
  for (const [name, error] of Object.entries(errors)) {
    t.match(faultOf(error), { certain: true, why: /./ }, name);
  }
});

t.test('what may have done something, or may yet', async (t) => {
  const errors: Readonly<Record<string, unknown>> = {
    'a connection that broke': new UnavailableError(raw(14, 'Connection dropped') as never),
    'a connection that broke, raw': raw(14, 'UNAVAILABLE: read ECONNRESET'),
    'no answer': new TimedOutError(3_000),
    'a deadline': new DeadlineExceededError(raw(4, 'DEADLINE_EXCEEDED') as never),
    'the server’s own time limit': new TimeoutError(raw(10, 'ABORTED') as never),
    'a call that was cancelled': new CancelledError(raw(1, 'CANCELLED') as never),
    'something unknown': new UnknownError(undefined, 'Could not recognize it'),
    'something unknown that says nothing': new UnknownError(),
    'a mistake of the client’s': new TypeError('undefined is not iterable'),
  };
  for (const [name, error] of Object.entries(errors)) {
    t.match(faultOf(error), { certain: false, lasting: false, why: /./ }, name);
  }
});

t.test('what is not worth trying again by itself', async (t) => {
  t.match(faultOf(new AccessDeniedError()), { lasting: true, why: /JOURNAL_URL/ });
  const tooLarge = MaxAppendSizeExceededError.fromMaxAppendSize(1000);
  t.match(faultOf(tooLarge), { lasting: true, why: /1000 bytes .*MaxAppendSize/ });
  t.match(faultOf(StreamDeletedError.fromStreamName('ledger-test')), { deleted: true });
});

t.test('what an operator reads of it', async (t) => {
  const whys: Readonly<Record<string, unknown>> = {
    'no connection (connect ECONNREFUSED 127.0.0.1:2113)': raw(
      14,
      'UNAVAILABLE: No connection established. Last error: Error: connect ECONNREFUSED ' +
        '127.0.0.1:2113. Resolution note: ',
    ),
    'no connection (connect ECONNREFUSED)': raw(14, REFUSED),
    'Connection dropped': raw(14, 'UNAVAILABLE: Connection dropped'),
    'no answer within 3 s': new TimedOutError(3_000),
  };
  for (const [why, error] of Object.entries(whys)) t.equal(faultOf(error).why, why);
});
