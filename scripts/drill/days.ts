import { setTimeout as elapsed } from 'node:timers/promises';
import { NotStartedError } from '../../test/support/process.ts';
import type { StandIn } from '../../test/support/eventstore/index.ts';
import { choicesFrom } from '../demo/random.ts';
import type { Cluster, Instance } from './cluster.ts';
import { enrol, groundIn, type Ground } from './ground.ts';
import { caughtUp, judge, readiness } from './judge.ts';
import { load } from './load.ts';
import { redemption, send, someWrite, type Write } from './write.ts';

/** What a bad day takes place in. */
export type Setting = {
  readonly cluster: Cluster;
  readonly seed: number;
  /** The server whose faults can be switched on; none where it is a real one. */
  readonly standIn: StandIn | undefined;
  /** How long what goes wrong lasts. */
  readonly trouble_ms: number;
  readonly say: (line: string) => void;
};

/** A bad day: what happens, and how it must end. It tells a sentence for all that is not so. */
export type Day = {
  readonly name: string;
  readonly instances: number;
  readonly needsFaults: boolean;
  readonly play: (setting: Setting) => Promise<string[]>;
};

const MEMBERS = 20;
const WRITES = 240;
/** Enough for every caller to be in the middle of something. */
const UNDER_WAY = 60;
/** After so long an instance must say that it hears nothing. */
const SILENCE_MS = 5_000;

async function prepared(setting: Setting): Promise<{ ground: Ground; members: string[] }> {
  const { admin } = setting.cluster.instances[0]!;
  const ground = await groundIn(admin);
  return { ground, members: await enrol(admin, ground, 'drill', MEMBERS) };
}

/** Plays some writes, lets something happen in the middle of them, and judges the end. */
async function underLoad(setting: Setting, happens: () => Promise<string[]>): Promise<string[]> {
  const { cluster, seed, say } = setting;
  const { ground, members } = await prepared(setting);
  const choices = choicesFrom(seed);
  const going = load(cluster, choices, (number) =>
    number < WRITES ? someWrite(ground, members, choices, `w${number}`) : undefined,
  );
  await going.reached(UNDER_WAY);
  const faults = await happens();
  const writes = await going.done;
  say(`${writes.length} writes decided, the slowest after ${Math.round(going.longest_ms)} ms`);
  return faults.concat(await judge(cluster, ground, writes));
}

/** Lets trouble last, which shows where it lasts long enough, until all are ready again. */
async function outlasted(
  { cluster, trouble_ms }: Setting,
  end: () => Promise<void> | void,
): Promise<string[]> {
  await elapsed(trouble_ms);
  if (trouble_ms > SILENCE_MS) await all(cluster, (one) => readiness(one, false));
  await end();
  await all(cluster, (one) => readiness(one, true));
  return [];
}

const serverGone: Day = {
  name: 'the server is gone for a while under load',
  instances: 2,
  needsFaults: true,
  play: (setting) =>
    underLoad(setting, async () => {
      const { standIn } = setting;
      await standIn!.stop();
      return outlasted(setting, () => standIn!.start());
    }),
};

const serverSilent: Day = {
  name: 'the server is there, and says nothing for a while under load',
  instances: 2,
  needsFaults: true,
  play: (setting) =>
    underLoad(setting, async () => {
      const { faults } = setting.standIn!;
      const calls = ['append', 'read', 'subscribe', 'features', 'gossip'] as const;
      const swallowed = calls.map((on) => faults.swallow({ on, times: Infinity }));
      const deaf = faults.deafen({ newOnes: true });
      return outlasted(setting, () => {
        for (const switched of [...swallowed, deaf]) switched.off();
      });
    }),
};

const repliesLost: Day = {
  name: 'every reply to an append is lost, after its commit',
  instances: 2,
  needsFaults: true,
  async play(setting) {
    const { cluster, standIn, seed, say } = setting;
    const { ground, members } = await prepared(setting);
    const choices = choicesFrom(seed);
    // The same is sent again until it is answered, and that answer arrives.
    const lost = standIn!.faults.loseReply({ times: Infinity, onlyFresh: true });
    const going = load(cluster, choices, (number) =>
      number < MEMBERS ? someWrite(ground, members, choices, `w${number}`) : undefined,
    );
    const writes = await going.done;
    lost.off();
    say(`${lost.struck} replies lost over ${writes.length} writes`);
    const idle = lost.struck === 0 ? ['no reply was lost'] : [];
    return idle.concat(await judge(cluster, ground, writes));
  },
};

const oneWallet: Day = {
  name: 'one wallet is drained from two instances',
  instances: 2,
  needsFaults: false,
  async play(setting) {
    const { cluster, seed } = setting;
    const { admin } = cluster.instances[0]!;
    const ground = await groundIn(admin);
    const has = 40;
    const [member] = await enrol(admin, ground, 'drill', 1, String(has));
    const choices = choicesFrom(seed);
    const asked = 100;
    const going = load(cluster, choices, (number) =>
      number < asked ? redemption(ground.venueId, member!, 100, `w${number}`) : undefined,
    );
    const writes = await going.done;
    const made = writes.filter(({ answer }) => answer !== undefined).length;
    const other = writes.find(({ refused }) => refused && refused !== 'insufficient_credits');
    const faults = made === has ? [] : [`${made} redemptions were made of ${has} credits`];
    if (other !== undefined) faults.push(`${other.key} was refused with ${other.refused}`);
    return faults.concat(await judge(cluster, ground, writes));
  },
};

const sameKey: Day = {
  name: 'the same key is sent to two instances at once',
  instances: 2,
  needsFaults: false,
  async play(setting) {
    const { cluster, seed } = setting;
    const { ground, members } = await prepared(setting);
    const choices = choicesFrom(seed);
    const faults: string[] = [];
    const writes: Write[] = [];
    for (let number = 0; number < MEMBERS; number += 1) {
      const write = someWrite(ground, members, choices, `w${number}`);
      const sent = await Promise.all(cluster.instances.map(({ admin }) => send(admin, write)));
      if (sent.toSorted().join() !== 'made,replayed') faults.push(`${write.key} is ${sent.join()}`);
      writes.push(write);
    }
    return faults.concat(await judge(cluster, ground, writes));
  },
};

const paused: Day = {
  name: 'an instance is stopped in its tracks for a while, and woken',
  instances: 2,
  needsFaults: false,
  play: (setting) =>
    underLoad(setting, async () => {
      const { cluster, trouble_ms } = setting;
      const { service } = cluster.instances[1]!;
      service.child.kill('SIGSTOP');
      await elapsed(trouble_ms);
      service.child.kill('SIGCONT');
      return [];
    }),
};

const killed: Day = {
  name: 'an instance is killed under load, and started again',
  instances: 2,
  needsFaults: false,
  play: (setting) =>
    underLoad(setting, async () => {
      const { name, service } = setting.cluster.instances[1]!;
      await service.end('SIGKILL');
      await setting.cluster.start(name);
      return [];
    }),
};

const stranger: Day = {
  name: 'somebody else appends to the stream',
  instances: 2,
  needsFaults: true,
  async play(setting) {
    const { cluster, standIn } = setting;
    const { ground, members } = await prepared(setting);
    const { stream } = cluster;
    const revision = standIn!.stream(stream).length;
    await all(cluster, (one) => caughtUp(one, revision - 1));
    standIn!.stranger.append(stream, { type: 'CreditsPrinted', data: { credits: '1000000' } });
    const told = await all(cluster, (one) => readiness(one, false));
    const faults = told.filter((why) => !why.includes(String(revision)));
    for (const { name, admin } of cluster.instances) {
      const write = redemption(ground.venueId, members[0]!, 100, `${name}-after`);
      if ((await send(admin, write)) !== 'undecided') faults.push(`${name} still writes`);
      const read = await admin.get(`/v1/accounts/wallet:${members[0]!}`);
      if (read.status !== 200) faults.push(`${name} answers a reader with ${read.status}`);
    }
    if (standIn!.stream(stream).length !== revision + 1) faults.push('something was written');
    return faults;
  },
};

/** What is done to the stream behind our back, none of which may be served. */
const REWRITTEN: Readonly<Record<string, (standIn: StandIn, stream: string) => void>> = {
  'is cut short': (standIn, stream) =>
    standIn.stranger.truncate(stream, standIn.stream(stream).length - 3),
  'loses its beginning': (standIn, stream) =>
    standIn.stranger.setMetadata(stream, { truncateBefore: 3 }),
  'is replaced by another': (standIn, stream) =>
    standIn.stranger.replaceStream(
      stream,
      standIn.stream(stream).map(({ type }) => ({ type, data: { other: true } })),
    ),
  'is gone': (standIn, stream) => standIn.stranger.truncate(stream, 0),
};

const rewritten: readonly Day[] = Object.entries(REWRITTEN).map(([what, rewrite]) => ({
  name: `the stream ${what} behind our back`,
  instances: 2,
  needsFaults: true,
  async play(setting) {
    const { cluster, standIn } = setting;
    await prepared(setting);
    const { stream } = cluster;
    await all(cluster, (one) => caughtUp(one, standIn!.stream(stream).length - 1));
    rewrite(standIn!, stream);
    // Whoever restores a server or deletes a stream restarts it, or cuts its connections.
    standIn!.cut();
    const faults: string[] = [];
    for (const { name, service } of cluster.instances) {
      const { code } = await service.ended;
      if (code === 0) faults.push(`${name} ended as if all were well`);
      const again = await cluster.start(name).catch((error: unknown) => error);
      if (!(again instanceof NotStartedError)) faults.push(`${name} serves it after a restart`);
    }
    return faults;
  },
}));

/** In the order in which a drill plays them. */
export const DAYS: readonly Day[] = [
  serverGone,
  serverSilent,
  repliesLost,
  oneWallet,
  sameKey,
  paused,
  killed,
  stranger,
  ...rewritten,
];

function all<T>(cluster: Cluster, act: (instance: Instance) => Promise<T>): Promise<T[]> {
  return Promise.all(cluster.instances.map(act));
}
