import { DEFAULT_RULES } from '../../src/config.ts';
import { FORMAT, type Recorded, type StreamEvent } from '../../schemas/events/index.ts';
import {
  derivedFrom,
  fold,
  nothingDerived,
  partsOf,
  type Derived,
} from '../../src/saved/derived.ts';
import { FlatReader } from '../../src/saved/flatReader.ts';
import { FlatWriter } from '../../src/saved/flatWriter.ts';

/** The events that lines of a stream hold. */
export function recordedIn(lines: readonly string[]): Recorded[] {
  return lines.map((line, revision) => ({ revision, event: JSON.parse(line) as StreamEvent }));
}

export function folded(recorded: readonly Recorded[], onto = nothingDerived()): Derived {
  fold(onto, recorded);
  return onto;
}

/** Values as the bytes that are written. */
export function flat(value: unknown): Buffer {
  const written: Uint8Array[] = [];
  new FlatWriter((bytes) => written.push(Uint8Array.from(bytes))).write(value).end();
  return Buffer.concat(written);
}

/** What bytes hold. */
export function unflat(bytes: Uint8Array): unknown {
  let at = 0;
  const reader = new FlatReader((target) => {
    target.set(bytes.subarray(at, at + target.length));
    at += target.length;
  });
  return reader.read();
}

/** The same, saved and restored. */
export function again(derived: Derived): Derived {
  return derivedFrom(unflat(flat(partsOf(derived))) as ReturnType<typeof partsOf>);
}

/** A stream's first event, of a ledger that comes after another. */
export function successor(): Recorded {
  const event: StreamEvent = {
    type: 'LedgerOpened',
    v: 2,
    recordedAt: '2026-06-10T08:00:00.000Z',
    occurredOn: '2026-06-10',
    by: { access: 'system' },
    command: { id: 'cmd_0123456789abcdef', index: 0, count: 1 },
    data: {
      ...{ network: 'medway', format: FORMAT, timeZone: 'Europe/London', rules: DEFAULT_RULES },
      predecessor: { origin: 'credits.example/lost', size: 7, root: 'A'.repeat(43) + '=' },
    },
  };
  return { revision: 0, event };
}
