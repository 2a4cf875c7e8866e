import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { revisionIn } from '../../schemas/ids.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import type { Verifier } from '../proofs/note.ts';
import { TILE_WIDTH } from '../proofs/tiles.ts';
import { notesIn, openAll, type Note, type Signed } from './checkpoints.ts';
import { OF_EVENTS, type Examined, type Spot } from './examine.ts';
import { byPlace, type Fault } from './fault.ts';
import { EventsFile, type Lines } from './lines.ts';
import { FORM } from './model/form.ts';
import { breach, type Breach } from './model/invariant.ts';
import { Judge } from './model/judge.ts';
import { Team } from './team.ts';
import { TileFiles, Tree } from './tree.ts';

/** What an auditor hands in. */
export type Asked = {
  readonly directory: string;
  /** Checkpoints that were kept elsewhere. */
  readonly saved: readonly Note[];
  readonly verifiers: readonly Verifier[];
  /** How many threads beside this one examine lines. */
  readonly helpers: number;
  /** Told now and then how many events were verified. */
  readonly progress?: ((events: number) => void) | undefined;
};

/** What an auditor is told. */
export type Verified = {
  readonly origin: string | undefined;
  /** Of the newest checkpoint that is signed. */
  readonly size: number | undefined;
  readonly events: number;
  readonly root: Uint8Array;
  readonly accounts: number;
  /** The sum of all balances, in hundredths. */
  readonly sum: number;
  /** Those whose root is that of the events. */
  readonly checkpoints: readonly Signed[];
  /** How many tiles were compared; nothing where the directory has none. */
  readonly tiles: number | undefined;
  readonly rules: readonly { readonly name: string; readonly says: string }[];
  /** Everything that does not hold, the first bad event first. */
  readonly faults: readonly Fault[];
};

const CHECKPOINTS = {
  name: 'checkpoints',
  says: 'every checkpoint is signed, is of this ledger, and its root is that of the events',
};
const TILES = { name: 'tiles', says: 'every tile has the hashes of the events' };

/** Works out anew everything that an auditor's directory says, and compares. */
export async function verify(asked: Asked): Promise<Verified> {
  const team = new Team(asked.helpers);
  const verification = new Verification(asked, team);
  try {
    return await verification.run();
  } finally {
    await team.end();
    verification.file.close();
  }
}

/** What one thread verifies before others would have begun. */
const SHORT_BYTES = 16 * 1024 * 1024;

/**
 * How many threads beside the first are of use.
 * @param asked whether somebody asked for so many threads, also for little work
 */
export function helpersFor(directory: string, threads: number, asked: boolean): number {
  if (!asked && statSync(join(directory, 'events.ndjson')).size < SHORT_BYTES) return 0;
  return threads - 1;
}

/** One verification under way. */
class Verification {
  readonly file: EventsFile;
  readonly #asked: Asked;
  readonly #team: Team;
  readonly #judge = new Judge();
  readonly #faults: Fault[] = [];
  readonly #signed: readonly Signed[];
  readonly #size: number;
  readonly #whole: boolean;
  readonly #holding: Signed[] = [];
  readonly #tileFiles: TileFiles | undefined;
  readonly #tree: Tree;
  #compared = 0;
  #judging = true;

  constructor(asked: Asked, team: Team) {
    const { directory, saved, verifiers } = asked;
    this.#asked = asked;
    this.#team = team;
    this.file = new EventsFile(join(directory, 'events.ndjson'));
    const { signed, size, whole, breaches } = openAll(notesIn(directory), saved, verifiers);
    this.#signed = signed;
    this.#size = size;
    this.#whole = whole;
    for (const one of breaches) this.#fault(CHECKPOINTS.name, one);
    const tiles = join(directory, 'tile');
    this.#tileFiles = hasFiles(tiles) ? new TileFiles(tiles) : undefined;
    const partial = this.#tileFiles?.tiles.filter(({ level }) => level === 0) ?? [];
    const newest = Math.floor(this.#size / TILE_WIDTH);
    this.#tree = new Tree(new Set([newest, ...partial.map(({ index }) => index)]));
  }

  async run(): Promise<Verified> {
    const under: { readonly lines: Lines; readonly examined: Promise<Examined> }[] = [];
    for await (const lines of this.file.read()) {
      under.push({ lines, examined: this.#team.examine({ ...lines, tiles: this.#tiles }) });
      if (under.length > this.#team.ahead) await this.#take(under.shift()!);
    }
    for (const one of under) await this.#take(one);
    if (this.#judging) this.#judge.end(Math.max(0, this.#tree.size - 1));
    await this.#compareCheckpoints();
    this.#compareTiles();
    this.#compareEnds();
    const { books, findings, invariants } = this.#judge;
    for (const { invariant, ...spot } of findings) this.#fault(invariant, spot);
    return {
      origin: this.#signed[0]?.origin,
      size: this.#signed.at(-1)?.size,
      events: this.#tree.size,
      root: await this.#tree.root(),
      accounts: books.accountCount,
      sum: books.sum,
      checkpoints: this.#holding,
      tiles: this.#tileFiles && this.#tileFiles.tiles.length + this.#tileFiles.fullLeafTiles,
      rules: [CHECKPOINTS, TILES, FORM, ...invariants.map(({ name, says }) => ({ name, says }))],
      faults: this.#faults.map((one) => this.#judged(one)).toSorted(byPlace),
    };
  }

  get #tiles() {
    if (this.#tileFiles === undefined) return undefined;
    const full = Math.floor(this.#size / TILE_WIDTH);
    return { folder: join(this.#asked.directory, 'tile'), full };
  }

  async #take(under: { lines: Lines; examined: Promise<Examined> }): Promise<void> {
    const { firstRevision, count, bytes } = under.lines;
    const { leaves, roots, form, unreadable, tile } = await under.examined;
    const end = firstRevision + count;
    const sizes = this.#signed.map(({ size }) => size);
    this.#tree.add(
      leaves,
      roots,
      sizes.filter((size) => size > firstRevision && size <= end),
    );
    if (form !== undefined) this.#first(FORM.name, form);
    if (tile !== undefined) this.#first(TILES.name, tile);
    await this.#compareCheckpoints();
    if (this.#judging) this.#judgeLines(bytes, firstRevision, unreadable ?? end);
    // Without that event nothing that follows could be judged rightly.
    if (unreadable !== undefined) this.#judging = false;
    this.#asked.progress?.(end);
  }

  #judgeLines(bytes: Buffer, first: number, end: number): void {
    const lines = bytes.toString('utf8').split('\n');
    for (let revision = first; revision < end; revision += 1) {
      const event = JSON.parse(lines[revision - first]!) as StreamEvent;
      this.#judge.take(revision, event, this.#citedBy(event, revision));
    }
  }

  #citedBy(event: StreamEvent, before: number): StreamEvent | undefined {
    if (event.type !== 'TransactionReversed') return undefined;
    const revision = revisionIn(event.data.reverses);
    if (revision >= before) return undefined;
    return JSON.parse(this.file.line(revision)) as StreamEvent;
  }

  /** Compares each checkpoint that the tree has come to. */
  async #compareCheckpoints(): Promise<void> {
    for (; this.#compared < this.#signed.length; this.#compared += 1) {
      const checkpoint = this.#signed[this.#compared]!;
      if (checkpoint.size > this.#tree.size) return;
      const root = Buffer.from(await this.#tree.root(checkpoint.size));
      if (root.equals(checkpoint.root)) {
        this.#holding.push(checkpoint);
        continue;
      }
      // Two of one size that differ have a fault of their own, and it is at no event.
      if (this.#holding.at(-1)?.size === checkpoint.size) continue;
      const shown = Buffer.from(checkpoint.root).toString('base64');
      const expected = `the root ${shown} that ${checkpoint.name} of size ${checkpoint.size} signs`;
      this.#first(CHECKPOINTS.name, {
        revision: this.#holding.at(-1)?.size ?? 0,
        to: checkpoint.size - 1,
        ...breach(expected, root.toString('base64')),
      });
    }
  }

  #compareTiles(): void {
    if (this.#tileFiles === undefined) return;
    for (const spot of this.#tileFiles.unlike(this.#tree, this.#whole ? this.#size : 0)) {
      this.#first(TILES.name, spot);
    }
    const [strange] = this.#tileFiles.strange;
    if (strange !== undefined) this.#fault(TILES.name, breach('only tiles', `tile/${strange}`));
  }

  /** The events end where the newest checkpoint does. */
  #compareEnds(): void {
    const [newest, revision] = [this.#signed.at(-1), this.#tree.size];
    if (newest === undefined || newest.size === revision) return;
    const { name, size } = newest;
    const end = `${size} events, as ${name} says`;
    const all = this.#whole && this.#size === revision;
    const why =
      ', all that the copy claims. Fetch what is new; where there is no more, it was cut off';
    const found = `${revision}${all ? why : ''}`;
    if (size > revision) return this.#fault(CHECKPOINTS.name, { revision, ...breach(end, found) });
    const more = `${revision}, of which the last ${revision - size} no key that you trust signed`;
    this.#fault(CHECKPOINTS.name, { revision: size, ...breach(end, more) });
  }

  /** Notes the first fault of a rule that has a place; a later one may follow from it. */
  #first(rule: string, spot: Spot & { readonly to?: number }): void {
    const known = this.#faults.find((one) => one.rule === rule && one.revision !== undefined);
    if (known === undefined) this.#faults.push({ rule, ...spot });
    else if (byPlace({ rule, ...spot }, known) < 0) Object.assign(known, { to: undefined }, spot);
  }

  /** A tile that differs from events which a checkpoint signs is itself what is wrong. */
  #judged(fault: Fault): Fault {
    const { rule, revision = Infinity } = fault;
    const signed = this.#holding.at(-1)?.size ?? 0;
    const differs = rule === TILES.name && fault.found.endsWith(OF_EVENTS);
    if (!differs || revision >= signed) return fault;
    const found = `${fault.found}, which is what is signed: the tile is wrong, not the event`;
    return { ...fault, found };
  }

  #fault(rule: string, found: Breach & { readonly revision?: number }): void {
    this.#faults.push({ rule, ...found });
  }
}

function hasFiles(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}
