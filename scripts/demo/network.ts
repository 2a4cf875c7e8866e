import { addDays, type Day } from '../../schemas/time.ts';

/** How much is played. */
export type Scale = { readonly members: number; readonly months: number };

/** What the Medway pilot published, and how long it ran; its members' number is made up. */
export const PILOT: Scale = { members: 240, months: 36 };
const PILOT_CREDITS = 14_900;
/** The last day of the pilot, which is the last of a year of the network. */
export const LAST_DAY: Day = '2020-03-31';

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
  /** It has no computer: the lead partner types in its sheets. */
  readonly onPaper: boolean;
};
export type NetworkPlan = {
  readonly groups: readonly GroupPlan[];
  readonly partners: readonly PartnerPlan[];
  readonly firstDay: Day;
  readonly lastDay: Day;
  /** What is issued in all, less what is taken back. */
  readonly credits: number;
};

/** Makes up a network that ends with the pilot's last year. */
export function networkPlan({ members, months }: Scale): NetworkPlan {
  const groups = Math.min(12, Math.max(4, Math.round(members / 16)));
  const partners = Math.min(9, Math.max(4, Math.round(members / 24)));
  const sizes = sizesOf(members, groups);
  let people = 0;
  return {
    groups: GROUPS.slice(0, groups).map(([name, activity], index) => ({
      name: `${name} ${MADE_UP}`,
      slug: slugOf(name),
      activity,
      weekday: index % 6,
      members: Array.from({ length: sizes[index]! }, () => nameOf(people++)),
    })),
    partners: PARTNERS.slice(0, partners).map(([name, ...venues], index) => ({
      name: `${name} ${MADE_UP}`,
      slug: slugOf(name),
      venues: venues.map((venue) => `${venue} ${MADE_UP}`),
      onPaper: index === partners - 1,
    })),
    firstDay: monthsBefore(addDays(LAST_DAY, 1), months),
    lastDay: LAST_DAY,
    credits: Math.round((PILOT_CREDITS * members * months) / (PILOT.members * PILOT.months)),
  };
}

/** Groups are of different sizes, some twice as large as others. */
function sizesOf(members: number, groups: number): number[] {
  const weights = Array.from({ length: groups }, (_, group) => 10 + ((group * 7) % 11));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const sizes = weights.map((weight) => Math.floor((members * weight) / sum));
  sizes[0]! += members - sizes.reduce((all, size) => all + size, 0);
  return sizes;
}

function monthsBefore(day: Day, months: number): Day {
  const number = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 - months;
  return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, '0')}-01`;
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
