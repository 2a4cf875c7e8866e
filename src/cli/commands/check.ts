import { byPlace, faultOf, sentence } from '../../audit/fault.ts';
import { breach, type Finding } from '../../audit/model/invariant.ts';
import type { Accepted } from '../../audit/model/accepted.ts';
import { CheckpointStore } from '../../checkpoints/store.ts';
import { ACCEPTED_OPTION, acceptedFor, acceptedLines, holdsLine, linesOf } from '../breaches.ts';
import { KeptTree, Settings } from '../../check/folder.ts';
import { checkStream, type Beside, type Checked } from '../../check/index.ts';
import { SHOWN, ShownCheckpoints } from '../../check/shown.ts';
import { DATA_OPTIONS, type Command, type Given, type Report } from '../command.ts';
import { EXIT } from '../failure.ts';
import type { Io } from '../io.ts';
import { dataConfig, openData } from '../offline.ts';
import { counted } from '../table.ts';

const PROGRESS_EVENTS = 100_000;
const NONE_SHOWN =
  'whether this is what was shown, and whether its end was cut off: no checkpoints are kept here';

export const check: Command = {
  words: 'check',
  summary: 'check that everything that must hold does, over the whole stream',
  about:
    'Reads the data itself, also beside a running service, and believes nothing but the bytes of ' +
    'the events. It judges every event in order, names all that break a rule, and says what was ' +
    'expected and what was found. It compares the events with every checkpoint that was shown, ' +
    'and the keys with those, as a service does before it serves. The exit status is 1 if ' +
    'anything is broken.\n' +
    'A breach that you looked into may be accepted, with the reason: its line goes into a file ' +
    'that you name with --accepted.\n' +
    'Whoever can change the whole folder can change its checkpoints, too: compare with one that ' +
    'was kept elsewhere (audit verify --since).',
  options: { ...ACCEPTED_OPTION, ...DATA_OPTIONS },
  examples: [
    'timecredits check',
    'timecredits check --data ./data --json',
    'timecredits check --accepted known-breaches',
  ],
  async run(given, io) {
    const accepted = acceptedFor(given, io);
    const data = openData(given.text('data'), io);
    let told = 0;
    const progress = (events: number) => {
      if (events - told < PROGRESS_EVENTS) return;
      told = events;
      io.progress(`  ${events} events checked …\n`);
    };
    const folder = new Folder(given, io, data);
    const beside = (find: (finding: Finding) => void) => folder.beside(find);
    try {
      const checked = await checkStream(data.reader, { progress, accepted, beside });
      return reportOf(data.file, checked, { accepted, folder });
    } finally {
      folder.close();
      await data.reader.close();
    }
  },
};

/** What lies beside the stream. */
class Folder {
  shown: ShownCheckpoints | undefined;
  readonly #given: Given;
  readonly #io: Io;
  readonly #data: ReturnType<typeof openData>;
  #store: CheckpointStore | undefined;

  constructor(given: Given, io: Io, data: ReturnType<typeof openData>) {
    this.#given = given;
    this.#io = io;
    this.#data = data;
  }

  beside(find: (finding: Finding) => void): readonly Beside[] {
    const directory = this.#given.text('data');
    const config = dataConfig(directory, this.#io);
    const { reader, mirror } = this.#data;
    this.shown = this.#shownIn(config.checkpointFile, mirror, find);
    const networkNamed = directory === undefined && this.#io.environment['NETWORK'] !== undefined;
    const origin = () => this.shown?.origin;
    return [
      this.shown ?? { rules: [SHOWN], take: () => undefined, end: () => undefined },
      new KeptTree(reader, find),
      new Settings({ config, networkNamed, origin, find }),
    ];
  }

  get unshown(): readonly string[] {
    if (this.shown?.origin === undefined) return [NONE_SHOWN];
    const { ahead } = this.shown;
    if (!this.#data.mirror || ahead === 0) return [];
    return [
      `what this mirror does not have yet: ${counted(ahead, 'checkpoint')} of the server's stream`,
    ];
  }

  close(): void {
    this.#store?.close();
  }

  #shownIn(
    file: string | undefined,
    mirror: boolean,
    find: (finding: Finding) => void,
  ): ShownCheckpoints | undefined {
    if (file === undefined || !this.#io.files.exists(file)) return undefined;
    try {
      this.#store = new CheckpointStore(file, { readOnly: true });
      return new ShownCheckpoints({ store: this.#store, mirror, find });
    } catch (error) {
      const found = breach(`checkpoints that can be read in ${file}`, (error as Error).message);
      find({ invariant: SHOWN.name, ...found });
      return undefined;
    }
  }
}

type Run = { readonly accepted: Accepted | undefined; readonly folder: Folder };

function reportOf(file: string, checked: Checked, { accepted: known, folder }: Run): Report {
  const { events, invariants, findings, counts, accepted, stopped } = checked;
  const [first] = findings.toSorted(byPlace);
  const { shown, unshown } = folder;
  const faults = findings.map(faultOf);
  const text = [
    `${file}: ${counted(events, 'event')} checked`,
    ...invariants.flatMap(({ name, says }) => {
      const found = linesOf(name, faults, counts.get(name) ?? 0);
      if (found.length > 0) {
        return [`  BROKEN  ${says}`, ...found.map((line) => `          ${line}`)];
      }
      return [`  ${stopped ? 'so far ' : 'holds  '} ${says}`];
    }),
    ...(shown?.origin === undefined
      ? []
      : [
          `  ${shown.origin}: ${counted(shown.holding, 'checkpoint')} hold`,
          ...shown.keys.map((key) => `  signed by a key that is kept here: ${key}`),
        ]),
    ...unshown.map((what) => `  not shown  ${what}`),
    ...acceptedLines(
      accepted.map(({ reason, ...one }) => ({ ...faultOf(one), reason })),
      known,
    ),
    ...(stopped ? ['  What follows could not be checked.'] : []),
    lastLine(first, checked),
  ];
  const json = {
    ok: first === undefined,
    events,
    stopped,
    ...(first !== undefined && { firstBroken: first.revision }),
    invariants: invariants.map(({ name, says }) => {
      return { name, says, holds: counts.get(name) === 0, breaches: counts.get(name) };
    }),
    findings: findings.map((finding) => ({ ...finding, sentence: sentence(finding) })),
    accepted: accepted.map((finding) => ({ ...finding, sentence: sentence(finding) })),
    ...(shown?.origin !== undefined && { origin: shown.origin, checkpoints: shown.holding }),
    unshown,
  };
  return { text, json, exit: first === undefined ? EXIT.ok : EXIT.refused };
}

function lastLine(first: Finding | undefined, { accepted }: Checked): string {
  if (first === undefined) return holdsLine(accepted);
  const { revision, to = revision } = first;
  if (revision === undefined) return 'No event breaks anything; what lies beside them does.';
  if (to !== revision) {
    return `Somewhere from revision ${revision} to ${to} is the first event that breaks anything.`;
  }
  return `The first event that breaks anything is at revision ${revision}.`;
}
