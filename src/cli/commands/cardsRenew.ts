import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { memberAnswer, memberPage } from '../../../schemas/http/member.ts';
import { memberIdSchema, organisationIdSchema, type MemberId } from '../../../schemas/ids.ts';
import type { z } from 'zod';
import { clientFrom, type Client } from '../client.ts';
import { SERVICE_OPTIONS, type Command, type Given, type Report } from '../command.ts';
import { Failure, faulty } from '../failure.ts';
import type { GrowingFile, Io } from '../io.ts';
import { newCard, revokeCard } from '../newCard.ts';
import { counted } from '../table.ts';

const PAGE_MAX = 500;
const STEPS = 20;
const HEADINGS = ['member', 'account', 'card'];

type Member = z.output<typeof memberAnswer>;
/** Whose cards are renewed, and whose already are. */
type Plan = { readonly members: readonly MemberId[]; readonly renewed: ReadonlySet<string> };

export const cardsRenew: Command = {
  words: 'cards renew',
  summary: 'revoke the cards of all members, or of a group, and issue new ones',
  about:
    'For numbers that somebody may have found out: whoever has events of a ledger from before ' +
    'format 3 can find the cards in them (README.md, Secrets). Each member who has a card gets a ' +
    'new one, and the old one opens nothing from then on. So renew group by group, just before ' +
    'the new cards are handed out.\n' +
    'One line for each goes to a file: member, account, card, as enrol writes it. A number is ' +
    'shown only once, here; keep the file as you would keep the cards.\n' +
    'Beside it stands FILE.members, which names those who are to have a new card, until all ' +
    'have. Where a run stops half-way, the same command goes on with it.',
  options: {
    out: { value: 'FILE', help: 'the file to write, such as cards.csv' },
    organisation: { value: 'ORG', help: 'only members of this group' },
    yes: { help: 'do not ask before the first card is revoked' },
    ...SERVICE_OPTIONS,
  },
  examples: ['timecredits cards renew --organisation org_… --out garden.csv'],
  async run(given, io) {
    const path = given.required('out');
    const client = clientFrom(given, io);
    const plan = await planOf(given, client, io, path);
    const file = opened(io, path);
    try {
      return await renewAll(client, io, { plan, file, path });
    } finally {
      file.close();
    }
  },
};

async function planOf(given: Given, client: Client, io: Io, path: string): Promise<Plan> {
  const list = listAt(path);
  if (io.files.exists(list)) {
    const names = Buffer.from(io.files.read(list)).toString().split('\n');
    const members = names.filter((name) => name !== '').map((name) => memberIdSchema.parse(name));
    return { members, renewed: renewedIn(io, path) };
  }
  if (io.files.exists(path)) {
    throw faulty('EEXIST', `${path} is there already and is not overwritten. Choose another name.`);
  }
  const organisation = given.checked('organisation', organisationIdSchema);
  const members = await withCards(client, organisation);
  await agreed(given, io, members.length);
  const file = io.files.create(list);
  file.write(members.map((member) => `${member}\n`).join(''));
  file.close();
  return { members, renewed: new Set() };
}

function listAt(path: string): string {
  return `${path}.members`;
}

/** What is in the file of cards; a last line that power cut short is one that was not written. */
function renewedIn(io: Io, path: string): ReadonlySet<string> {
  if (!io.files.exists(path)) return new Set();
  const text = Buffer.from(io.files.read(path)).toString();
  if (text !== '' && !text.endsWith('\n')) {
    throw faulty('cut_short', `The last line of ${path} is cut short. Delete that line first.`);
  }
  return new Set(parse(text).map(([member]) => member!));
}

/** Members who have a card, of all or of one organisation. */
async function withCards(client: Client, organisation: string | undefined): Promise<MemberId[]> {
  const found: MemberId[] = [];
  let after: number | undefined;
  do {
    const from: string = after === undefined ? '' : `&after=${after}`;
    const page = await client.get(`/v1/members?limit=${PAGE_MAX}${from}`, memberPage);
    for (const member of page.items) {
      const isAsked = organisation === undefined || isIn(member, organisation);
      if (isAsked && cardsOf(member).length > 0) found.push(member.memberId);
    }
    after = page.next;
  } while (after !== undefined);
  return found;
}

function isIn({ organisationIds }: Member, organisation: string): boolean {
  return organisationIds.some((id) => id === organisation);
}

function cardsOf({ cardId, otherCardIds = [] }: Member) {
  return cardId === undefined ? otherCardIds : [cardId, ...otherCardIds];
}

async function agreed(given: Given, io: Io, count: number): Promise<void> {
  if (given.flag('yes') || io.confirm === undefined) return;
  const whose = counted(count, 'member');
  const question = `Renew the cards of ${whose}? The old ones open nothing any more.`;
  if (!(await io.confirm(question))) throw faulty('not_agreed', 'No card was renewed.');
}

function opened(io: Io, path: string): GrowingFile {
  const isThere = io.files.exists(path);
  const file = isThere ? io.files.append(path) : io.files.create(path);
  if (!isThere || io.files.read(path).length === 0) file.write(stringify([HEADINGS]));
  return file;
}

async function renewAll(
  client: Client,
  io: Io,
  { plan, file, path }: { readonly plan: Plan; readonly file: GrowingFile; readonly path: string },
): Promise<Report> {
  const { members, renewed } = plan;
  const ended: MemberId[] = [];
  const step = Math.max(1, Math.ceil(members.length / STEPS));
  for (const [index, memberId] of members.entries()) {
    if (renewed.has(memberId)) continue;
    const line = await renewedOne(client, io, memberId).catch((error: unknown) => {
      throw error instanceof Failure ? halfWay(error, path, index, members.length) : error;
    });
    if (line === undefined) ended.push(memberId);
    else file.write(stringify([line]));
    const done = index + 1;
    if (done % step === 0 || done === members.length) {
      io.progress(`  ${done} of ${members.length} renewed\n`);
    }
  }
  io.files.remove(listAt(path));
  const left = ended.length === 0 ? [] : [`${counted(ended.length, 'member')} had gone meanwhile.`];
  const count = members.length - ended.length;
  return {
    text: [`Renewed the cards of ${counted(count, 'member')}: ${path}`, ...left],
    json: { renewed: count, gone: ended, file: path },
  };
}

/** The new line of a member; nothing for one who was closed or merged since. */
async function renewedOne(
  client: Client,
  io: Io,
  memberId: MemberId,
): Promise<string[] | undefined> {
  const member = await client.get(`/v1/members/${memberId}`, memberAnswer);
  if (member.memberId !== memberId) return undefined;
  for (const cardId of cardsOf(member)) await revokeCard(client, io, cardId);
  if (member.state === 'closed') return undefined;
  return [memberId, member.account, await newCard(client, io, memberId)];
}

function halfWay(failure: Failure, path: string, done: number, count: number): Failure {
  const text = [
    `  ${done} of ${counted(count, 'member')} have a new card, in ${path}. ` +
      'Run the same command again: it goes on from there.',
  ];
  const more = { text, json: { renewed: done, file: path } };
  return new Failure(failure.exit, failure.code, failure.message, failure.faults, more);
}
