import { createRequire } from 'node:module';
import type * as gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type * as gossipMessages from '@eventstore/db-client/generated/gossip_pb.js';
import type * as codes from '@eventstore/db-client/generated/code_pb.js';
import type * as featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type * as featuresMessages from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type * as sharedMessages from '@eventstore/db-client/generated/shared_pb.js';
import type * as statusMessages from '@eventstore/db-client/generated/status_pb.js';
import type * as streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type * as streamsMessages from '@eventstore/db-client/generated/streams_pb.js';
import type * as anyMessages from 'google-protobuf/google/protobuf/any_pb.js';
import type * as emptyMessages from 'google-protobuf/google/protobuf/empty_pb.js';

/**
 * The definitions of the real server's calls, as they ship with the client. They are taken from
 * the copies that the client itself loads: messages of another copy would not be recognised.
 */

const ours = createRequire(import.meta.url);
const theirs = createRequire(ours.resolve('@eventstore/db-client/package.json'));
const generated = (name: string): unknown => theirs(`./generated/${name}`);

export const { StreamsService } = generated('streams_grpc_pb') as typeof streamsService;
export const { GossipService } = generated('gossip_grpc_pb') as typeof gossipService;
export const { ServerFeaturesService } = generated(
  'serverfeatures_grpc_pb',
) as typeof featuresService;
export const streams = generated('streams_pb') as typeof streamsMessages;
export const gossip = generated('gossip_pb') as typeof gossipMessages;
export const features = generated('serverfeatures_pb') as typeof featuresMessages;
export const shared = generated('shared_pb') as typeof sharedMessages;
export const { Status } = generated('status_pb') as typeof statusMessages;
export const { Code } = generated('code_pb') as typeof codes;

const { Any } = theirs('google-protobuf/google/protobuf/any_pb') as typeof anyMessages;
const protobufEmpty = theirs('google-protobuf/google/protobuf/empty_pb') as typeof emptyMessages;

export type { streamsMessages, gossipMessages };
export type GrpcStatus = statusMessages.Status;

/** The Empty of Google's, which the batch path uses where the others use the server's own. */
export const { Empty: GoogleEmpty } = protobufEmpty;

/** A message in the wrapping that says of which type it is. */
export function packed(bytes: Uint8Array, typeName: string): anyMessages.Any {
  const any = new Any();
  any.pack(bytes, typeName);
  return any;
}

export function identifierOf(stream: string): sharedMessages.StreamIdentifier {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream, 'utf8'));
  return identifier;
}

export function nameOf(identifier: sharedMessages.StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
}

export function uuidOf(id: string): sharedMessages.UUID {
  const uuid = new shared.UUID();
  uuid.setString(id);
  return uuid;
}

/** An id in text; the client sends no other form. */
export function idOf(uuid: sharedMessages.UUID | undefined): string {
  return (uuid?.getString() ?? '').toLowerCase();
}
