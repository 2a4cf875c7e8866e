import type { status } from '@grpc/grpc-js';
import type { Broken, Endpoint, Scope, Switched, When } from './faults.ts';
import type { Method, StandIn, StrangeEvent } from './index.ts';

/** What a stand-in in another process can be told, in one line of JSON each. */
export type Command =
  | ({ readonly command: 'swallow' | 'loseReply' | 'busy' | 'notReady' } & Times)
  | ({ readonly command: 'breakStream'; readonly code?: status } & Times & Broken)
  | ({ readonly command: 'breakConnection' | 'endStream' | 'timeout' } & Times & Broken)
  | ({ readonly command: 'notLeader'; readonly leader?: Endpoint } & Times)
  | ({ readonly command: 'slow'; readonly delay_ms: number; readonly when?: When } & Times)
  | ({ readonly command: 'hold'; readonly when?: When } & Times)
  | { readonly command: 'off' | 'release' | 'struck'; readonly fault: number }
  | { readonly command: 'hit'; readonly fault: number; readonly times?: number }
  | { readonly command: 'endSubscriptions' | 'hearAgain' | 'clear' | 'cut' | 'stop' | 'start' }
  | { readonly command: 'failSubscriptions'; readonly code?: status }
  | { readonly command: 'deafen'; readonly newOnes?: boolean }
  | ({ readonly command: 'append'; readonly events: StrangeEvent[] } & OfStream)
  | ({ readonly command: 'replaceStream'; readonly events: StrangeEvent[] } & OfStream)
  | ({ readonly command: 'truncate'; readonly events: number } & OfStream)
  | ({ readonly command: 'replace'; readonly with: Partial<StrangeEvent> } & OfEvent)
  | ({ readonly command: 'redact' } & OfEvent)
  | ({ readonly command: 'setMetadata' } & OfStream & {
        maxCount?: number;
        truncateBefore?: number;
      })
  | ({ readonly command: 'stream' } & OfStream)
  | { readonly command: 'seen' }
  | { readonly command: 'until'; readonly method: Method; readonly count: number };

/** JSON knows no infinity: `always` is for a fault that strikes until it is switched off. */
type Times = Scope & { readonly always?: boolean };
type OfStream = { readonly stream: string };
type OfEvent = OfStream & { readonly revision: number };

type Kept = Switched & { release?(): void };

/** Carries out commands on a stand-in; a fault answers with its number. */
export function commandsFor(server: StandIn): (command: Command) => Promise<unknown> {
  const kept: Kept[] = [];
  return async (command) => {
    if ('fault' in command) return aboutFault(kept[command.fault], command);
    const switched = switchedOn(server, command);
    return switched === undefined ? told(server, command) : kept.push(switched) - 1;
  };
}

async function aboutFault(
  fault: Kept | undefined,
  command: Extract<Command, { fault: number }>,
): Promise<number> {
  if (fault === undefined) throw new Error('there is no such fault');
  if (command.command === 'off') fault.off();
  if (command.command === 'release') fault.release?.();
  if (command.command === 'hit') await fault.hit(command.times);
  return fault.struck;
}

function switchedOn({ faults }: StandIn, command: Command): Kept | undefined {
  const scope = 'always' in command && command.always ? { ...command, times: Infinity } : command;
  switch (scope.command) {
    case 'swallow':
    case 'loseReply':
    case 'busy':
    case 'notReady':
      return faults[scope.command](scope);
    case 'breakConnection':
    case 'endStream':
    case 'timeout':
      return faults[scope.command](scope);
    case 'breakStream':
      return faults.breakStream(scope);
    case 'notLeader':
      return faults.notLeader(scope);
    case 'slow':
      return faults.slow(scope);
    case 'hold':
      return faults.hold(scope);
    default:
      return undefined;
  }
}

async function told(server: StandIn, command: Command): Promise<unknown> {
  const { faults, seen } = server;
  switch (command.command) {
    case 'endSubscriptions':
    case 'hearAgain':
    case 'clear':
      return faults[command.command]();
    case 'failSubscriptions':
      return faults.failSubscriptions(command.code);
    case 'deafen':
      return void faults.deafen(command);
    case 'cut':
    case 'stop':
    case 'start':
      return server[command.command]();
    case 'stream':
      return server.stream(command.stream).map((event) => ({
        ...event,
        position: String(event.position),
        data: Buffer.from(event.data).toString('utf8'),
        metadata: Buffer.from(event.metadata).toString('utf8'),
      }));
    case 'seen':
      return { calls: seen.calls, batchStreams: seen.batchStreams };
    case 'until':
      return seen.until(command.method, command.count);
    default:
      return behindOurBack(server, command);
  }
}

function behindOurBack({ stranger }: StandIn, command: Command): void {
  switch (command.command) {
    case 'append':
      return stranger.append(command.stream, command.events);
    case 'replaceStream':
      return stranger.replaceStream(command.stream, command.events);
    case 'truncate':
      return stranger.truncate(command.stream, command.events);
    case 'replace':
      return stranger.replace(command.stream, command.revision, command.with);
    case 'redact':
      return stranger.redact(command.stream, command.revision);
    case 'setMetadata':
      return stranger.setMetadata(command.stream, command);
    default:
      throw new Error(`the stand-in knows no command ${command.command}`);
  }
}
