import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  ServerDuplexStream,
} from '@grpc/grpc-js';
import {
  problemAsStatus,
  problemInBatch,
  streamDeleted,
  streamDeletedInBatch,
  tooLarge,
  tooLargeInBatch,
  wrongVersionInBatch,
} from './answers.ts';
import { carryOut, fail, FAILED, requiresLeader, type Context } from './context.ts';
import {
  GoogleEmpty,
  identifierOf,
  idOf,
  nameOf,
  shared,
  streams,
  type streamsMessages,
} from './protocol.ts';
import type { Expected, Outcome, Proposed } from './store.ts';

type AppendReq = streamsMessages.AppendReq;
type AppendResp = streamsMessages.AppendResp;
type BatchAppendReq = streamsMessages.BatchAppendReq;
type BatchAppendResp = streamsMessages.BatchAppendResp;
type ProposedMessage =
  streamsMessages.AppendReq.ProposedMessage | streamsMessages.BatchAppendReq.ProposedMessage;

/** Appends one after another, each a call of its own. */
export function appendAlone(context: Context): handleClientStreamingCall<AppendReq, AppendResp> {
  return (call, callback) => {
    let options: streamsMessages.AppendReq.Options | undefined;
    const events: Proposed[] = [];
    call.on('data', (request: AppendReq) => {
      options ??= request.getOptions();
      const message = request.getProposedMessage();
      if (message !== undefined) events.push(proposed(message));
    });
    call.on('end', () => {
      const stream = nameOf(options?.getStreamIdentifier());
      const leader = requiresLeader(call.metadata);
      const seen = { method: 'append', stream, path: 'unary', events: events.length } as const;
      context.seen.add({ ...seen, requiresLeader: leader });
      const expected = expectedAlone(options!);
      const refuse = (problem: Parameters<typeof problemAsStatus>[0]) =>
        callback(problemAsStatus(problem));
      void carryOut(context.faults.strike('append', stream, leader), {
        act: () => context.store.append(stream, events, expected),
        answer: (outcome) => {
          if (outcome.outcome === 'deleted') callback(streamDeleted(stream));
          else if (outcome.outcome === 'too-large') callback(tooLarge(outcome.bytes_max));
          else callback(null, answerAlone(outcome, expected));
        },
        refuse,
        cut: () => context.wire.cut(call.getPeer()),
        end: () => refuse(FAILED),
      });
    });
  };
}

/** An append that comes in pieces over the stream for batches. */
type Pending = {
  readonly stream: string;
  readonly expected: Expected;
  readonly deadline_ms: number;
  readonly events: Proposed[];
};

/** Appends of one client over one stream, each answered under the id that it came with. */
export function appendInBatches(
  context: Context,
): handleBidiStreamingCall<BatchAppendReq, BatchAppendResp> {
  return (call) => {
    context.seen.batchStreams += 1;
    const pending = new Map<string, Pending>();
    call.on('data', (request: BatchAppendReq) => {
      const id = request.getCorrelationId()!;
      const options = request.getOptions();
      if (options !== undefined) pending.set(idOf(id), pendingFrom(options));
      const append = pending.get(idOf(id));
      if (append === undefined) return;
      append.events.push(...request.getProposedMessagesList().map(proposed));
      if (!request.getIsFinal()) return;
      pending.delete(idOf(id));
      appendFrom(context, call, append, (answer) => {
        answer.setCorrelationId(id);
        answer.setStreamIdentifier(identifierOf(append.stream));
        if (!call.cancelled) call.write(answer);
      });
    });
    call.on('end', () => call.end());
    call.on('error', () => pending.clear());
  };
}

function appendFrom(
  context: Context,
  call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>,
  { stream, expected, events, deadline_ms }: Pending,
  answer: (response: BatchAppendResp) => void,
): void {
  const leader = requiresLeader(call.metadata);
  const seen = { method: 'append', stream, path: 'batch', events: events.length } as const;
  context.seen.add({ ...seen, requiresLeader: leader });
  const refuse = (problem: Parameters<typeof problemInBatch>[0]) => {
    const refusal = problemInBatch(problem);
    if (refusal === undefined) fail(call, problemAsStatus(problem));
    else answer(new streams.BatchAppendResp().setError(refusal));
  };
  const fault = context.faults.strike('append', stream, leader);
  // The real server compares the client's deadline with its own clock, before anything else.
  if (fault === undefined && deadline_ms <= Date.now()) return refuse({ is: 'timeout' });
  void carryOut(fault, {
    act: () => context.store.append(stream, events, expected),
    answer: (outcome) => answer(answerInBatch(outcome, expected)),
    refuse,
    cut: () => context.wire.cut(call.getPeer()),
    end: () => call.end(),
  });
}

function pendingFrom(options: streamsMessages.BatchAppendReq.Options): Pending {
  return {
    stream: nameOf(options.getStreamIdentifier()),
    expected: expectedInBatch(options),
    deadline_ms: options.getDeadline()?.toDate().getTime() ?? Infinity,
    events: [],
  };
}

function proposed(message: ProposedMessage): Proposed {
  const metadata = message.getMetadataMap();
  return {
    id: idOf(message.getId()),
    type: metadata.get('type') ?? '',
    contentType: metadata.get('content-type') ?? '',
    data: Buffer.from(message.getData_asU8()),
    metadata: Buffer.from(message.getCustomMetadata_asU8()),
  };
}

function expectedAlone(options: streamsMessages.AppendReq.Options): Expected {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasAny()) return 'any';
  return options.hasStreamExists() ? 'stream_exists' : Number(options.getRevision());
}

function expectedInBatch(options: streamsMessages.BatchAppendReq.Options): Expected {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasAny()) return 'any';
  return options.hasStreamExists() ? 'stream_exists' : Number(options.getStreamPosition());
}

type Said = Extract<Outcome, { outcome: 'written' | 'wrong-version' }>;

function answerAlone(outcome: Said, expected: Expected): AppendResp {
  const answer = new streams.AppendResp();
  if (outcome.outcome === 'written') {
    const success = new streams.AppendResp.Success();
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(String(outcome.position));
    position.setPreparePosition(String(outcome.position));
    if (outcome.revision < 0) success.setNoStream(new shared.Empty());
    else success.setCurrentRevision(String(outcome.revision)).setPosition(position);
    return answer.setSuccess(success);
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (outcome.actual < 0) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(outcome.actual));
  if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new shared.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  return answer.setWrongExpectedVersion(wrong);
}

function answerInBatch(outcome: Outcome, expected: Expected): BatchAppendResp {
  const answer = new streams.BatchAppendResp();
  switch (outcome.outcome) {
    case 'deleted':
      return answer.setError(streamDeletedInBatch());
    case 'too-large':
      return answer.setError(tooLargeInBatch(outcome.bytes_max));
    case 'wrong-version':
      return answer.setError(wrongVersionInBatch(expected, outcome.actual));
    case 'written': {
      const success = new streams.BatchAppendResp.Success();
      const position = new shared.AllStreamPosition();
      position.setCommitPosition(String(outcome.position));
      position.setPreparePosition(String(outcome.position));
      if (outcome.revision < 0) success.setNoStream(new GoogleEmpty());
      else success.setCurrentRevision(String(outcome.revision)).setPosition(position);
      return answer.setSuccess(success);
    }
  }
}
