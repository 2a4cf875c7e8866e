import { randomUUID } from 'node:crypto';
import type { handleUnaryCall, StatusObject } from '@grpc/grpc-js';
import { appendAlone, appendInBatches } from './append.ts';
import { problemAsStatus, streamDeleted, wrongVersion } from './answers.ts';
import { carryOut, FAILED, requiresLeader, type Context } from './context.ts';
import type { Endpoint, Method } from './faults.ts';
import {
  features,
  gossip,
  GossipService,
  nameOf,
  ServerFeaturesService,
  streams,
  StreamsService,
  uuidOf,
  type streamsMessages,
} from './protocol.ts';
import { read } from './read.ts';
import type { Outcome } from './store.ts';

/** A node of the cluster, as gossip tells of it. */
export type Member = Endpoint & {
  readonly state: 'leader' | 'follower';
  readonly alive: boolean;
};

export type Advertised = {
  /** Whether the client is told that it may append in batches; otherwise it appends one by one. */
  readonly batches: boolean;
  readonly members: () => readonly Member[];
};

/** Puts the services of the real server's definitions onto the wire. */
export function addServices(context: Context, advertised: Advertised): void {
  const { grpc } = context.wire;
  grpc.addService(asSerialized(StreamsService), {
    append: appendAlone(context),
    batchAppend: appendInBatches(context),
    read: read(context),
    delete: removal(context, 'delete'),
    tombstone: removal(context, 'tombstone'),
  });
  const members = () => clusterOf(advertised.members());
  grpc.addService(GossipService, { read: answering(context, 'gossip', members) });
  const supported = () => supportedMethods(advertised.batches);
  grpc.addService(ServerFeaturesService, {
    getSupportedMethods: answering(context, 'features', supported),
  });
}

/** The same service, whose answers to reads are bytes before they are handed to gRPC. */
function asSerialized(service: typeof StreamsService): typeof StreamsService {
  const { read } = service;
  const responseSerialize = (answer: unknown) => answer as Buffer;
  return { ...service, read: { ...read, responseSerialize } };
}

/** A call that asks for nothing in particular. */
function answering<Asked, Answer>(
  context: Context,
  method: Method,
  act: () => Answer,
): handleUnaryCall<Asked, Answer> {
  return (call, callback) => {
    const leader = requiresLeader(call.metadata);
    context.seen.add({ method, stream: '', requiresLeader: leader });
    void carryOut(context.faults.strike(method, '', leader), {
      act,
      answer: (answer) => callback(null, answer),
      refuse: (problem) => callback(problemAsStatus(problem)),
      cut: () => context.wire.cut(call.getPeer()),
      end: () => callback(problemAsStatus(FAILED)),
    });
  };
}

type DeleteReq = streamsMessages.DeleteReq | streamsMessages.TombstoneReq;
type DeleteResp = streamsMessages.DeleteResp | streamsMessages.TombstoneResp;

function removal(
  context: Context,
  method: 'delete' | 'tombstone',
): handleUnaryCall<DeleteReq, DeleteResp> {
  return (call, callback) => {
    const options = call.request.getOptions()!;
    const stream = nameOf(options.getStreamIdentifier());
    const leader = requiresLeader(call.metadata);
    context.seen.add({ method, stream, requiresLeader: leader });
    const expected = options.hasAny()
      ? 'any'
      : options.hasNoStream()
        ? 'no_stream'
        : options.hasStreamExists()
          ? 'stream_exists'
          : Number(options.getRevision());
    void carryOut(context.faults.strike(method, stream, leader), {
      act: () => context.store.delete(stream, expected, method === 'tombstone'),
      answer: (outcome) => {
        const refused = refusal(outcome, stream, String(expected));
        if (refused === undefined) callback(null, removed(outcome, method));
        else callback(refused);
      },
      refuse: (problem) => callback(problemAsStatus(problem)),
      cut: () => context.wire.cut(call.getPeer()),
      end: () => callback(problemAsStatus(FAILED)),
    });
  };
}

function refusal(outcome: Outcome, stream: string, expected: string): StatusObject | undefined {
  if (outcome.outcome === 'deleted') return streamDeleted(stream);
  if (outcome.outcome !== 'wrong-version') return undefined;
  return wrongVersion(stream, expected === 'no_stream' ? '-1' : expected, outcome.actual);
}

function removed(outcome: Outcome, method: 'delete' | 'tombstone'): DeleteResp {
  const place = String(outcome.outcome === 'written' ? outcome.position : 0n);
  if (method === 'delete') {
    const position = new streams.DeleteResp.Position();
    position.setCommitPosition(place).setPreparePosition(place);
    return new streams.DeleteResp().setPosition(position);
  }
  const position = new streams.TombstoneResp.Position();
  position.setCommitPosition(place).setPreparePosition(place);
  return new streams.TombstoneResp().setPosition(position);
}

const { FOLLOWER, LEADER } = gossip.MemberInfo.VNodeState;

function clusterOf(members: readonly Member[]) {
  const cluster = new gossip.ClusterInfo();
  cluster.setMembersList(
    members.map(({ host, port, state, alive }) => {
      const member = new gossip.MemberInfo();
      member.setInstanceId(uuidOf(randomUUID()));
      member.setTimeStamp(String(BigInt(Date.now()) * 10_000n));
      member.setState(state === 'leader' ? LEADER : FOLLOWER);
      member.setIsAlive(alive);
      member.setHttpEndPoint(new gossip.EndPoint().setAddress(host).setPort(port));
      return member;
    }),
  );
  return cluster;
}

const METHODS = ['append', 'read', 'delete', 'tombstone'];

function supportedMethods(batches: boolean) {
  const supported = new features.SupportedMethods();
  supported.setEventStoreServerVersion('24.10.0-stand-in');
  supported.setMethodsList(
    (batches ? [...METHODS, 'batchappend'] : METHODS).map((name) => {
      const method = new features.SupportedMethod();
      method.setServiceName('event_store.client.streams.streams');
      method.setMethodName(name);
      return method;
    }),
  );
  return supported;
}
