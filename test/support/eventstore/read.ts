import { randomUUID } from 'node:crypto';
import { status, type handleServerStreamingCall, type ServerWritableStream } from '@grpc/grpc-js';
import { problemAsStatus, streamDeleted } from './answers.ts';
import { fail, FAILED, requiresLeader, type Context } from './context.ts';
import type { Fault } from './faults.ts';
import { identifierOf, nameOf, shared, streams, uuidOf, type streamsMessages } from './protocol.ts';
import type { Stored } from './store.ts';
import { Subscription } from './subscription.ts';

type ReadReq = streamsMessages.ReadReq;
type ReadResp = streamsMessages.ReadResp;
/** What is answered is serialized already: an event that many are sent is so once. */
export type ReadCall = ServerWritableStream<ReadReq, Buffer>;

/** Reads of one stream, and subscriptions to one; of all streams there are none here. */
export function read(context: Context): handleServerStreamingCall<ReadReq, ReadResp> {
  return (call) => void begin(context, call as unknown as ReadCall);
}

async function begin(context: Context, call: ReadCall): Promise<void> {
  const options = call.request.getOptions()!;
  const from = options.getStream();
  if (from === undefined) {
    const details = 'The stand-in keeps no stream of all streams.';
    return fail(call, { ...problemAsStatus(FAILED), code: status.UNIMPLEMENTED, details });
  }
  const stream = nameOf(from.getStreamIdentifier());
  const method = options.hasSubscription() ? 'subscribe' : 'read';
  const leader = requiresLeader(call.metadata);
  context.seen.add({ method, stream, requiresLeader: leader });
  const fault = context.faults.strike(method, stream, leader);
  if (fault?.does === 'wait') {
    fault.takesEffect();
    if (!(await fault.until())) return;
  } else if (fault?.when === 'before' && fault.afterEvents === undefined) {
    return interrupt(context, call, fault);
  }
  const interruption =
    fault === undefined || fault.does === 'wait'
      ? undefined
      : { afterEvents: fault.afterEvents, now: () => interrupt(context, call, fault) };
  if (method === 'read') await page(context, call, stream, interruption);
  else new Subscription(context, call, stream, firstOf(context, stream, from), interruption).run();
}

/** What stops a reader: after so many events, or after all that there are. */
export type Interruption = { readonly afterEvents: number | undefined; now(): void };

function interrupt(context: Context, call: ReadCall, fault: Fault): void {
  fault.takesEffect();
  if (fault.does === 'refuse') fail(call, problemAsStatus(fault.problem));
  else if (fault.does === 'cut') context.wire.cut(call.getPeer());
  else if (fault.does === 'end') call.end();
}

type From = streamsMessages.ReadReq.Options.StreamOptions;

/** The first revision for a subscription: what it names is the last one that it already has. */
function firstOf({ store }: Context, stream: string, from: From): number {
  if (from.hasStart()) return 0;
  return from.hasEnd() ? store.lastRevision(stream) + 1 : Number(from.getRevision()) + 1;
}

async function page(
  { store }: Context,
  call: ReadCall,
  stream: string,
  interruption: Interruption | undefined,
): Promise<void> {
  const there = store.readable(stream);
  if (there === 'deleted') return fail(call, streamDeleted(stream));
  if (there === 'not-found') {
    const answer = new streams.ReadResp.StreamNotFound();
    const notFound = answer.setStreamIdentifier(identifierOf(stream));
    call.write(bytesOf(new streams.ReadResp().setStreamNotFound(notFound)));
    call.end();
    return;
  }
  const stored = store.events(stream);
  let sent = 0;
  for (const revision of revisionsOf(call.request.getOptions()!, there)) {
    if (sent === interruption?.afterEvents) return interruption.now();
    if (call.cancelled) return;
    await written(call, eventAnswer(stream, stored[revision]!));
    sent += 1;
  }
  if (interruption === undefined) call.end();
  else interruption.now();
}

/** The revisions that are asked for, of those that there are. */
function* revisionsOf(
  options: streamsMessages.ReadReq.Options,
  { first, last }: { readonly first: number; readonly last: number },
): Generator<number> {
  const from = options.getStream()!;
  const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
  const asked = from.hasEnd() ? Infinity : from.hasStart() ? 0 : Number(from.getRevision());
  // Nothing comes after the end when it is read forwards.
  if (!backwards && from.hasEnd()) return;
  let revision = backwards ? Math.min(asked, last) : Math.max(asked, first);
  for (let count = Number(options.getCount()); count > 0; count -= 1) {
    if (revision < first || revision > last) return;
    yield revision;
    revision += backwards ? -1 : 1;
  }
}

/** Sends an answer, and waits where the reader does not keep up. */
export async function written(call: ReadCall, answer: Buffer): Promise<void> {
  if (call.write(answer) || call.cancelled) return;
  await new Promise<void>((resolve) => {
    const go = () => {
      call.off('drain', go);
      call.off('cancelled', go);
      resolve();
    };
    call.on('drain', go);
    call.on('cancelled', go);
  });
}

export function confirmation(): Buffer {
  const confirmed = new streams.ReadResp.SubscriptionConfirmation();
  return bytesOf(new streams.ReadResp().setConfirmation(confirmed.setSubscriptionId(randomUUID())));
}

export function caughtUp(): Buffer {
  return bytesOf(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
}

function bytesOf(answer: ReadResp): Buffer {
  return Buffer.from(answer.serializeBinary());
}

const TICKS_IN_A_MS = 10_000n;

const answers = new WeakMap<Stored, Buffer>();

export function eventAnswer(stream: string, stored: Stored): Buffer {
  const known = answers.get(stored);
  if (known !== undefined) return known;
  const bytes = bytesOf(eventMessage(stream, stored));
  answers.set(stored, bytes);
  return bytes;
}

function eventMessage(stream: string, stored: Stored): ReadResp {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(uuidOf(stored.id));
  recorded.setStreamIdentifier(identifierOf(stream));
  recorded.setStreamRevision(String(stored.revision));
  recorded.setPreparePosition(String(stored.position));
  recorded.setCommitPosition(String(stored.position));
  recorded.setData(stored.data);
  recorded.setCustomMetadata(stored.metadata);
  const metadata = recorded.getMetadataMap();
  metadata.set('type', stored.type);
  metadata.set('content-type', stored.contentType);
  metadata.set('created', String(BigInt(stored.created_ms) * TICKS_IN_A_MS));
  const event = new streams.ReadResp.ReadEvent();
  event.setEvent(recorded);
  event.setNoPosition(new shared.Empty());
  return new streams.ReadResp().setEvent(event);
}
