import type { MemberId } from '../schemas/ids.ts';

/** The minutes of each member who has any that stand. */
export type People = ReadonlyMap<MemberId, number>;

export const NOBODY: People = new Map();

/** How many people there are in all, each counted once. */
export function together(all: readonly People[]): number {
  const [first = NOBODY, ...others] = all.filter(({ size }) => size > 0);
  if (others.length === 0) return first.size;
  const everybody = new Set(first.keys());
  for (const people of others) for (const member of people.keys()) everybody.add(member);
  return everybody.size;
}

/** Adds minutes to those of a member; whose minutes are all withdrawn stands no longer. */
export function stand(people: Map<MemberId, number>, member: MemberId, minutes: number): void {
  const standing = (people.get(member) ?? 0) + minutes;
  if (standing === 0) people.delete(member);
  else people.set(member, standing);
}

/** Counts one member as another from now on. */
export function unite(people: Map<MemberId, number>, from: MemberId, into: MemberId): void {
  const minutes = people.get(from);
  if (minutes === undefined) return;
  stand(people, from, -minutes);
  stand(people, into, minutes);
}
