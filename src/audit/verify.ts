import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { revisionIn } from '../../schemas/ids.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { HASH_BYTES } from '../proofs/merkle.ts';
import type { Verifier } from '../proofs/note.ts';
import { TILE_WIDTH } from '../proofs/tiles.ts';
import { notesIn, openAll, type Note, type Signed } from './checkpoints.ts';
import { OF_EVENTS, type Examined } from './examine.ts';
import { byPlace, faultOf, type Fault } from './fault.ts';
import { changedSince } from './fetched.ts';
import { EventsFile, type Lines } from './lines.ts';
import { ACCEPTED, type Accepted } from './model/accepted.ts';
import { Findings } from './model/findings.ts';
import { FORM } from './model/form.ts';
import { breach, type Finding } from './model/invariant.ts';
import { invariants, Judge } from './model/judge.ts';
import { Team } from './team.ts';
import { untimely } from './times.ts';
import { TileFiles, Tree } from './tree.ts';

/** What an auditor hands in. */
export type Asked = {
  readonly directory: string;
  /** Checkpoints that were kept elsewhere. */
  readonly saved: readonly Note[];
  readonly verifiers: readonly Verifier[];
  /** Breaches that were looked into before. */
  readonly accepted?: Accepted | undefined;
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
  /** Everything that does not hold, the first bad event first; of each rule at most 1,000. */
  readonly faults: readonly Fault[];
  /** How many there are of each rule that is broken. */
  readonly counts: ReadonlyMap<string, number>;
  readonly accepted: readonly (Fault & { readonly reason: string })[];
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
  readonly #found: Findings;
  readonly #judge: Judge;
  readonly #signed: readonly Signed[];
  readonly #size: number;
  readonly #whole: boolean;
  readonly #unsigned: string | undefined;
  /** When the last event of a checkpoint of some size was recorded. */
  readonly #lastEvents: Map<number, string>;
  readonly #holding: Signed[] = [];
  readonly #tileFiles: TileFiles | undefined;
  readonly #tree: Tree;
  #compared = 0;
  #parted = false;
  #judging = true;

  constructor(asked: Asked, team: Team) {
    const { directory, saved, verifiers } = asked;
    this.#asked = asked;
    this.#team = team;
    this.file = new EventsFile(join(directory, 'events.ndjson'));
    this.#found = new Findings(asked.accepted);
    this.#judge = new Judge(invariants(), asked.accepted, this.#found);
    const opening = openAll(notesIn(directory), saved, verifiers);
    const { signed, size, whole, unsigned, breaches } = opening;
    this.#signed = signed;
    this.#size = size;
    this.#whole = whole;
    this.#unsigned = unsigned;
    const changed = changedSince(directory);
    for (const one of [...breaches, changed.list ?? []].flat()) this.#fault(CHECKPOINTS.name, one);
    if (changed.tiles !== undefined) this.#fault(TILES.name, changed.tiles);
    this.#lastEvents = new Map(signed.map((one) => [one.size, '']));
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
    for (const one of untimely(this.#holding, this.#lastEvents)) this.#fault(CHECKPOINTS.name, one);
    const { books } = this.#judge;
    const rules = [CHECKPOINTS, TILES, FORM, ...this.#judge.invariants];
    if (this.#asked.accepted !== undefined) rules.push(ACCEPTED);
    const faults = this.#found.kept.map(faultOf).map((one) => this.#judged(one));
    return {
      origin: this.#signed[0]?.origin,
      size: this.#signed.at(-1)?.size,
      events: this.#tree.size,
      root: await this.#tree.root(),
      accounts: books.accountCount,
      sum: books.sum,
      checkpoints: this.#holding,
      tiles: this.#tileFiles && this.#tileFiles.tiles.length + this.#tileFiles.fullLeafTiles,
      rules: rules.map(({ name, says }) => ({ name, says })),
      faults: faults.toSorted(byPlace),
      counts: new Map(rules.map(({ name }) => [name, this.#found.countOf(name)])),
      accepted: this.#found.accepted.map(({ reason, ...one }) => ({ ...faultOf(one), reason })),
    };
  }

  get #tiles() {
    if (this.#tileFiles === undefined) return undefined;
    const full = Math.floor(this.#size / TILE_WIDTH);
    return { folder: join(this.#asked.directory, 'tile'), full };
  }

  async #take(under: { lines: Lines; examined: Promise<Examined> }): Promise<void> {
    const { firstRevision, count, bytes } = under.lines;
    const { leaves, roots, forms, unreadable, unlike } = await under.examined;
    const end = firstRevision + count;
    const sizes = this.#signed.map(({ size }) => size);
    this.#tree.add(
      leaves,
      roots,
      sizes.filter((size) => size > firstRevision && size <= end),
    );
    const leafOf = (revision: number) => {
      const at = (revision - firstRevision) * HASH_BYTES;
      return leaves.subarray(at, at + HASH_BYTES);
    };
    for (const one of forms) {
      const leaf = Buffer.from(leafOf(one.revision)).toString('base64');
      this.#fault(FORM.name, { ...one, ...(one.event !== undefined && { leaf }) });
    }
    for (const one of unlike) this.#fault(TILES.name, one);
    await this.#compareCheckpoints();
    if (this.#judging) this.#judgeLines(bytes, firstRevision, unreadable ?? end, leafOf);
    // Without that event nothing that follows could be judged rightly.
    if (unreadable !== undefined) this.#judging = false;
    this.#asked.progress?.(end);
  }

  #judgeLines(
    bytes: Buffer,
    first: number,
    end: number,
    leafOf: (revision: number) => Uint8Array,
  ): void {
    const lines = bytes.toString('utf8').split('\n');
    for (let revision = first; revision < end; revision += 1) {
      const event = JSON.parse(lines[revision - first]!) as StreamEvent;
      if (this.#lastEvents.has(revision + 1)) {
        this.#lastEvents.set(revision + 1, event.recordedAt);
      }
      this.#judge.take(revision, event, this.#citedBy(event, revision), leafOf(revision));
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
        this.#parted = false;
        continue;
      }
      // Two of one size that differ have a fault of their own, and it is at no event.
      if (this.#holding.at(-1)?.size === checkpoint.size) continue;
      // Behind the first that is bad all others are, until one holds again.
      if (this.#parted) continue;
      this.#parted = true;
      const shown = Buffer.from(checkpoint.root).toString('base64');
      const expected = `the root ${shown} that ${checkpoint.name} of size ${checkpoint.size} signs`;
      this.#fault(CHECKPOINTS.name, {
        revision: this.#holding.at(-1)?.size ?? 0,
        to: checkpoint.size - 1,
        ...breach(expected, root.toString('base64')),
      });
    }
  }

  #compareTiles(): void {
    if (this.#tileFiles === undefined) return;
    const bad = this.#found.kept.filter(({ invariant }) => invariant === TILES.name);
    for (const spot of this.#tileFiles.unlike(this.#tree, this.#whole ? this.#size : 0)) {
      const { revision, to = revision } = spot;
      // A tile above others that are bad is bad for them.
      if (bad.some((one) => one.revision! >= revision && one.revision! <= to)) continue;
      this.#fault(TILES.name, spot);
    }
    for (const strange of this.#tileFiles.strange) {
      this.#fault(TILES.name, breach('only tiles', `tile/${strange}`));
    }
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
    const unsigned = this.#unsigned === undefined ? '' : ` (${this.#unsigned})`;
    const count = revision - size;
    const more = `${revision}, of which the last ${count} no key that you trust signed${unsigned}`;
    this.#fault(CHECKPOINTS.name, { revision: size, ...breach(end, more) });
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

  #fault(invariant: string, found: Omit<Finding, 'invariant'>): void {
    this.#found.add({ invariant, ...found });
  }
}

function hasFiles(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}
