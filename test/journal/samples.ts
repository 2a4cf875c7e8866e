import type { StreamEvent } from '../../schemas/events/index.ts';
import type { TransactionId } from '../../schemas/ids.ts';

/** Sixteen characters of an id, all digits. */
function digits(number: number): string {
  return String(number).padStart(16, '0');
}

function envelope(number: number) {
  return {
    v: 1 as const,
    recordedAt: '2026-06-10T09:00:00.000Z',
    occurredOn: '2026-06-10',
    by: { access: 'system' as const },
    command: { id: `cmd_${digits(number)}` as const, index: 0, count: 1 },
  };
}

/** A small event, another one for each number. */
export function enrolled(number: number): StreamEvent {
  return {
    ...envelope(number),
    type: 'MemberEnrolled',
    data: { memberId: `mem_${digits(number)}` },
  };
}

/** As many events as are asked for, numbered from one that is given. */
export function enrolledFrom(first: number, count: number): StreamEvent[] {
  return Array.from({ length: count }, (_, index) => enrolled(first + index));
}

/** An event with a name, whose members stand in an order that is not the canonical one. */
export function named(name: string): StreamEvent {
  const { v, recordedAt, occurredOn, by, command } = envelope(7);
  return {
    type: 'OrganisationRegistered',
    v,
    data: { roles: ['spend', 'earn'], organisationId: `org_${digits(7)}`, name },
    recordedAt,
    occurredOn,
    command: { index: 0, id: command.id, count: 1 },
    by,
  };
}

/** An event that cites some other transactions, and so is as long as a test needs it. */
export function citing(count: number): StreamEvent {
  const cited: TransactionId = `txn_100000000000000_${digits(0)}`;
  return {
    ...envelope(8),
    type: 'CreditsIssued',
    v: 2,
    data: {
      memberId: `mem_${digits(8)}`,
      give: 'none',
      minutes: 60,
      activity: 'garden-tuesday',
      corrects: Array.from({ length: count }, () => cited),
    },
  };
}

/** An event as a bug might make it: with members that no type of ours allows. */
export function faulty(change: object): StreamEvent {
  return { ...enrolled(9), ...change };
}
