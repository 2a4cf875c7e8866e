import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { Code, GoogleEmpty, packed, shared, Status, type GrpcStatus } from './protocol.ts';
import type { Problem } from './faults.ts';

/** How the server says no: with trailers, or inside the answer to one append of a batch stream. */

/** A refusal with the trailers from which the client makes its typed errors. */
function withTrailers(
  code: status,
  details: string,
  trailers: Readonly<Record<string, string>>,
): StatusObject {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return { code, details, metadata };
}

export function streamDeleted(stream: string): StatusObject {
  const trailers = { exception: 'stream-deleted', 'stream-name': stream };
  const details = `Event stream '${stream}' is deleted.`;
  return withTrailers(status.FAILED_PRECONDITION, details, trailers);
}

export function tooLarge(bytes_max: number): StatusObject {
  return withTrailers(status.INVALID_ARGUMENT, `Maximum Append Size of ${bytes_max} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(bytes_max),
  });
}

export function wrongVersion(stream: string, expected: string, actual: number): StatusObject {
  return withTrailers(status.FAILED_PRECONDITION, 'Append failed due to WrongExpectedVersion.', {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': expected,
    'actual-version': String(actual),
  });
}

/** A problem as the status of a whole call. */
export function problemAsStatus(problem: Problem): StatusObject {
  switch (problem.is) {
    case 'failed':
      return withTrailers(problem.code, 'The stand-in broke this call.', {});
    case 'timeout':
      return withTrailers(status.ABORTED, 'Operation timed out: the stand-in was told to.', {});
    case 'busy':
      return withTrailers(status.UNAVAILABLE, 'Server Is Too Busy', {});
    case 'not-ready':
      return withTrailers(status.UNAVAILABLE, 'Server Is Not Ready', {});
    case 'not-leader': {
      const { leader } = problem;
      if (leader === undefined) {
        return withTrailers(status.UNKNOWN, 'No leader info available in response', {});
      }
      return withTrailers(status.NOT_FOUND, 'Leader info available', {
        exception: 'not-leader',
        'leader-endpoint-host': leader.host,
        'leader-endpoint-port': String(leader.port),
      });
    }
  }
}

/** A problem inside an answer on the batch stream; nothing where it ends that whole stream. */
export function problemInBatch(problem: Problem): GrpcStatus | undefined {
  switch (problem.is) {
    case 'failed':
      return undefined;
    case 'timeout':
      return inBatch('Timeout', new shared.Timeout().serializeBinary(), TYPES.timeout);
    case 'busy':
      return inBatch('Server Is Busy');
    case 'not-ready':
      return inBatch('Server Is Not Ready');
    case 'not-leader':
      return problem.leader ? undefined : inBatch('No leader info available in response');
  }
}

const TYPES = {
  timeout: 'event_store.client.Timeout',
  streamDeleted: 'event_store.client.StreamDeleted',
  tooLarge: 'event_store.client.MaximumAppendSizeExceeded',
  wrongVersion: 'event_store.client.WrongExpectedVersion',
  empty: 'google.protobuf.Empty',
};

/** Details there must always be: the client reads them without asking. */
function inBatch(message: string, bytes?: Uint8Array, type = TYPES.empty): GrpcStatus {
  const answer = new Status();
  answer.setCode(Code.UNKNOWN);
  answer.setMessage(message);
  answer.setDetails(packed(bytes ?? new GoogleEmpty().serializeBinary(), type));
  return answer;
}

export function streamDeletedInBatch(): GrpcStatus {
  const details = new shared.StreamDeleted().serializeBinary();
  return inBatch('Stream Deleted', details, TYPES.streamDeleted);
}

export function tooLargeInBatch(bytes_max: number): GrpcStatus {
  const details = new shared.MaximumAppendSizeExceeded();
  details.setMaxappendsize(bytes_max);
  return inBatch('Maximum Append Size Exceeded', details.serializeBinary(), TYPES.tooLarge);
}

export function wrongVersionInBatch(
  expected: number | 'no_stream' | 'any' | 'stream_exists',
  actual: number,
): GrpcStatus {
  const details = new shared.WrongExpectedVersion();
  if (actual >= 0) details.setCurrentStreamRevision(String(actual));
  else details.setCurrentNoStream(new GoogleEmpty());
  if (expected === 'any') details.setExpectedAny(new GoogleEmpty());
  else if (expected === 'no_stream') details.setExpectedNoStream(new GoogleEmpty());
  else if (expected === 'stream_exists') details.setExpectedStreamExists(new GoogleEmpty());
  else details.setExpectedStreamPosition(String(expected));
  return inBatch('Wrong Expected Version', details.serializeBinary(), TYPES.wrongVersion);
}
