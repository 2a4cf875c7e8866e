import { checkStream, type Checked } from '../check/index.ts';
import { sentence } from '../../audit/model/invariant.ts';
import { DATA_OPTIONS, type Command, type Report } from '../command.ts';
import { EXIT } from '../failure.ts';
import { openData } from '../offline.ts';
import { counted } from '../table.ts';

const PROGRESS_EVENTS = 100_000;

export const check: Command = {
  words: 'check',
  summary: 'check that everything that must hold does, over the whole stream',
  about:
    'Reads the data itself, also beside a running service, and believes nothing but the bytes of ' +
    'the events. It judges every event in order, names the first that breaks each rule, and says ' +
    'what was expected and what was found. The exit status is 1 if anything is broken.\n' +
    'What it cannot see is whether the end of the stream was cut off: compare the number of ' +
    'events with what you noted before.',
  options: DATA_OPTIONS,
  examples: ['timecredits check', 'timecredits check --data ./data --json'],
  async run(given, io) {
    const { file, reader } = openData(given.text('data'), io);
    let told = 0;
    const progress = (events: number) => {
      if (events - told < PROGRESS_EVENTS) return;
      told = events;
      io.progress(`  ${events} events checked …\n`);
    };
    const checked = await checkStream(reader, progress).finally(() => reader.close());
    return reportOf(file, checked);
  },
};

function reportOf(file: string, { events, invariants, findings, stopped }: Checked): Report {
  const broken = new Map(findings.map((finding) => [finding.invariant, sentence(finding)]));
  const [first] = findings;
  const text = [
    `${file}: ${counted(events, 'event')} checked`,
    ...invariants.flatMap(({ name, says }) => {
      const found = broken.get(name);
      if (found !== undefined) return [`  BROKEN  ${says}`, `          ${found}`];
      return [`  ${stopped ? 'so far ' : 'holds  '} ${says}`];
    }),
    ...(stopped ? ['  What follows could not be checked.'] : []),
    first === undefined
      ? 'Everything holds.'
      : `The first event that breaks anything is at revision ${first.revision}.`,
  ];
  const json = {
    ok: first === undefined,
    events,
    stopped,
    ...(first !== undefined && { firstBroken: first.revision }),
    invariants: invariants.map(({ name, says }) => ({ name, says, holds: !broken.has(name) })),
    findings: findings.map((finding) => ({ ...finding, sentence: sentence(finding) })),
  };
  return { text, json, exit: first === undefined ? EXIT.ok : EXIT.refused };
}
