import { addDays, dayNumber, type Day } from '../../schemas/time.ts';

/** How much is played. */
export type Scale = {
  readonly groups: number;
  readonly partners: number;
  readonly membersPerGroup: number;
  readonly weeks: number;
};

export const WHOLE: Scale = { groups: 20, partners: 10, membersPerGroup: 16, weeks: 52 };

type GroupWords = readonly [name: string, activity: string];

/** Earn groups with what their members do. None of them exists. */
const GROUPS: readonly GroupWords[] = [
  ['Riverside Gardeners', 'gardening'],
  ['Hill Street Food Bank', 'food-parcels'],
  ['Castle View Befrienders', 'befriending'],
  ['Dockyard Repair Café', 'repairs'],
  ['Orchard Lunch Club', 'lunch-club'],
  ['Marsh Path Wardens', 'path-clearing'],
  ['Lantern Youth Theatre', 'stage-crew'],
  ['Harbour Knitters', 'knitting'],
  ['Weir Allotment Society', 'allotments'],
  ['Beacon Library Friends', 'reading-hour'],
  ['St Wulfram Community Kitchen', 'kitchen'],
  ['Old Mill Men’s Shed', 'woodwork'],
  ['Quayside Parents and Toddlers', 'play-morning'],
  ['Fort Meadow Walkers', 'walk-leading'],
  ['Swan Lane Homework Club', 'homework-club'],
  ['Bluebell Carers', 'carers-tea'],
  ['Copperfield Choir', 'choir'],
  ['Estuary Litter Pickers', 'litter-picking'],
  ['Chalk Down Riders', 'stable-help'],
  ['Ferry Road Tenants', 'door-knocking'],
];

/** Spend partners, each with its venues. None of them exists. */
const PARTNERS: readonly (readonly [name: string, ...venues: string[]])[] = [
  ['Riverside Leisure', 'Riverside Pool', 'Riverside Gym'],
  ['The Lantern Cinema', 'The Lantern'],
  ['Castle Keep Museum', 'Castle Keep'],
  ['Estuary Theatre', 'Estuary Theatre'],
  ['Harbour Boat Trips', 'Harbour Pier'],
  ['Meadow Farm Park', 'Meadow Farm'],
  ['Quayside Climbing', 'Quayside Wall', 'Quayside Boulders'],
  ['Old Mill Pottery', 'Old Mill'],
  ['Town Football Club', 'The Ground'],
  ['Orchard Adult Learning', 'Orchard Hall'],
];

const FIRST_NAMES = [
  ...['Ada', 'Bilal', 'Carys', 'Dev', 'Elsie', 'Femi', 'Greta', 'Hamid', 'Iris', 'Jonah'],
  ...['Keira', 'Lech', 'Mabel', 'Nadia', 'Osman', 'Pearl', 'Quentin', 'Rosa', 'Stan', 'Tilda'],
];
const SURNAMES = [
  ...['Fernleigh', 'Okonjo', 'Marlowe', 'Siddique', 'Brackley', 'Vance', 'Thistle', 'Kowal'],
  ...['Penhale', 'Adeyemi', 'Larkin', 'Rowe', 'Hussein', 'Winterbourne', 'Gill', 'Ashdown'],
  ...['Mistry', 'Oakes', 'Petrov'],
];

/** What makes it plain to whoever reads a name that there is nobody behind it. */
export const MADE_UP = '(made up)';

export type GroupPlan = {
  readonly name: string;
  readonly slug: string;
  readonly activity: string;
  /** Days after Monday. */
  readonly weekday: number;
  /** The names on its attendance lists, which the ledger never sees. */
  readonly members: readonly string[];
};
export type PartnerPlan = {
  readonly name: string;
  readonly slug: string;
  readonly venues: readonly string[];
};
export type NetworkPlan = {
  readonly groups: readonly GroupPlan[];
  readonly partners: readonly PartnerPlan[];
  /** The Mondays of the weeks played; the last week is over. */
  readonly mondays: readonly Day[];
};

/** Makes up a network whose last week ends before a day. */
export function networkPlan(scale: Scale, today: Day): NetworkPlan {
  let people = 0;
  return {
    groups: GROUPS.slice(0, scale.groups).map(([name, activity], index) => ({
      name: `${name} ${MADE_UP}`,
      slug: slugOf(name),
      activity,
      weekday: index % 6,
      members: Array.from({ length: sizeOf(scale, index) }, () => nameOf(people++)),
    })),
    partners: PARTNERS.slice(0, scale.partners).map(([name, ...venues]) => ({
      name: `${name} ${MADE_UP}`,
      slug: slugOf(name),
      venues: venues.map((venue) => `${venue} ${MADE_UP}`),
    })),
    mondays: mondaysBefore(today, scale.weeks),
  };
}

/** Groups are of different sizes, some half as large again as others. */
function sizeOf({ membersPerGroup }: Scale, group: number): number {
  const part = (group * 7) % 11;
  return Math.ceil((membersPerGroup * (part + 10)) / 15);
}

function mondaysBefore(today: Day, weeks: number): Day[] {
  // The first of January 1970 was a Thursday.
  const monday = addDays(today, -((dayNumber(today) + 3) % 7));
  return Array.from({ length: weeks }, (_, week) => addDays(monday, (week - weeks) * 7));
}

function nameOf(index: number): string {
  const first = FIRST_NAMES[index % FIRST_NAMES.length]!;
  const surname = SURNAMES[Math.floor(index / FIRST_NAMES.length) % SURNAMES.length]!;
  return `${first} ${surname} ${MADE_UP}`;
}

function slugOf(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .replaceAll(' ', '-');
}
