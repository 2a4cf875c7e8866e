import type { EventType, StreamEvent } from '../../../schemas/events/index.ts';
import { versionIn } from '../../../schemas/events/index.ts';
import { SALT_FORMAT } from '../../../schemas/events/envelope.ts';
import { DigestTable } from './digests.ts';
import { breach, unless, type Breach, type Invariant } from './invariant.ts';

/** The ledger is opened once, first of all. */
export function opening(): Invariant {
  let opened = false;
  return {
    name: 'opening',
    says: 'the first event opens the ledger, and no other does',
    take({ revision, event }) {
      opened = true;
      if (revision === 0) return unless('LedgerOpened', event.type);
      if (event.type !== 'LedgerOpened') return undefined;
      return breach('a ledger that is open already', 'another LedgerOpened');
    },
    end: () => (opened ? undefined : breach('LedgerOpened', 'an empty stream')),
  };
}

/** Time of recording goes one way. */
export function recordedTime(): Invariant {
  let latest = '';
  return {
    name: 'recorded-time',
    says: 'recordedAt never falls along the stream',
    take({ event: { recordedAt } }) {
      // One spelling in UTC, so the order of the texts is the order of the times.
      const before = latest;
      latest = recordedAt;
      return recordedAt < before ? breach(`recordedAt ${before} or later`, recordedAt) : undefined;
    },
  };
}

/** All events of a command stand together, whole, and say the same of it. */
export function commandRuns(): Invariant {
  type Head = { id: string; count: number; recordedAt: string; access: string };
  let head: Head | undefined;
  let next = 0;
  const unfinished = (): Breach | undefined => {
    if (head === undefined || next === head.count) return undefined;
    return breach(`event ${next + 1} of ${head.count} of the command ${head.id}`, 'its end');
  };
  return {
    name: 'commands',
    says: 'the events of a command stand together and whole, its key and body on the first',
    take({ event: { command, recordedAt, by } }) {
      const { id, index, count } = command;
      if (index === 0) {
        const before = unfinished();
        head = { id, count, recordedAt, access: by.access };
        next = 1;
        if (before !== undefined) return { ...before, found: `another command, ${id}` };
        if ((command.key === undefined) === (command.body === undefined)) return undefined;
        return breach('both a key and a body, or neither', 'one of them');
      }
      const [begun, at] = [head, next];
      head = { id, count, recordedAt, access: by.access };
      next = index + 1;
      if (begun === undefined) return breach('index 0 of a command', `index ${index}`);
      const same = id === begun.id && index === at && count === begun.count;
      if (!same || recordedAt !== begun.recordedAt || by.access !== begun.access) {
        return breach(
          `${begun.id} ${at}/${begun.count} ${begun.recordedAt} by ${begun.access}`,
          `${id} ${index}/${count} ${recordedAt} by ${by.access}`,
        );
      }
      if (command.key === undefined && command.body === undefined) return undefined;
      return breach('no key and no body behind the first event', 'one of them');
    },
    end: unfinished,
  };
}

/** A key, used or voided, is used up. */
export function idempotencyKeys(): Invariant {
  const used = new DigestTable();
  const use = (key: string, revision: number): Breach | undefined => {
    const first = used.add(key, revision);
    if (first === revision) return undefined;
    return breach('an idempotency key that is new', `the key hash ${key} of revision ${first}`);
  };
  return {
    name: 'idempotency-keys',
    says: 'no idempotency key is used twice, or used although it was voided',
    take({ revision, event }) {
      const { key } = event.command;
      const twice = key === undefined ? undefined : use(key, revision);
      const voided = event.type === 'KeyVoided' ? use(event.data.voids, revision) : undefined;
      return twice ?? voided;
    },
  };
}

/** What came with a later format is there only once the ledger was raised to it. */
export function formats(): Invariant {
  let format = 1;
  let versions = new Map<EventType, number>();
  const newestOf = (type: EventType): number => {
    const known = versions.get(type);
    if (known !== undefined) return known;
    const newest = versionIn(format, type) ?? 0;
    versions.set(type, newest);
    return newest;
  };
  const raised = (event: StreamEvent): Breach | undefined => {
    if (event.type !== 'LedgerOpened' && event.type !== 'FormatRaised') return undefined;
    const [before, now] = [format, event.data.format];
    format = event.type === 'LedgerOpened' ? now : Math.max(before, now);
    versions = new Map();
    if (event.type === 'LedgerOpened' || now > before) return undefined;
    return breach(`a format above ${before}`, now);
  };
  return {
    name: 'formats',
    says: 'every event is of a format that the ledger had by then, and has a salt since format 3',
    take({ event }) {
      // The event that raises the format is still of the one before.
      const before = format;
      const wrong = raised(event);
      if (wrong !== undefined) return wrong;
      const { type, v } = event;
      if (v > newestOf(type)) {
        return breach(`an event of format ${format}`, `version ${v} of ${type}, of a later one`);
      }
      return saltMissed(event, type === 'FormatRaised' ? before : format);
    },
  };
}

/** From one format on every event has a salt, and none had one before. */
function saltMissed({ salt }: StreamEvent, format: number): Breach | undefined {
  const due = format >= SALT_FORMAT;
  if ((salt !== undefined) === due) return undefined;
  return breach(`${due ? 'a' : 'no'} salt in format ${format}`, due ? 'none' : 'one');
}
