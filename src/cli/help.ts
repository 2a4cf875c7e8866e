import { COMMON_OPTIONS, type Command } from './command.ts';

const WIDTH = 76;

/** What `timecredits --help` says. */
export function helpOnAll(commands: readonly Command[]): string[] {
  const widest = Math.max(...commands.map(({ words }) => words.length));
  return [
    'timecredits: the command line of a Time Credits ledger',
    '',
    'Usage: timecredits <command> [options]',
    '',
    ...commands.map(({ words, summary }) => `  ${words.padEnd(widest)}  ${summary}`),
    '',
    ...wrapped(
      'Most commands speak to a running service with an access key. replay, check, backup, ' +
        'restore, "journal copy" and "access grant --offline" work on the data itself, "audit" ' +
        'on files that were fetched; "serve --sandbox" starts a service.',
    ),
    '',
    'A first try, with the admin key that the service printed at its very first start:',
    '  export TIMECREDITS_KEY=tcl_…',
    '  timecredits access list',
    '',
    'Environment:',
    '  TIMECREDITS_KEY  the access key, so that it need not stand on the command line',
    '  DATA_DIR         the folder of the data, for commands that work on the data itself',
    '',
    'Exit status: 0 done; 1 refused, or a fault was found; 2 not used as its help says;',
    '             3 the service could not be reached or could not answer now: try again.',
    '',
    'timecredits <command> --help explains one command.',
  ];
}

/** What `timecredits <command> --help` says. */
export function helpOn(command: Command): string[] {
  const { words, summary, about, operands = [], examples } = command;
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  const named = options.map(([name, { value, help }]) => ({
    left: value === undefined ? `--${name}` : `--${name} ${value}`,
    help,
  }));
  const widest = Math.max(...named.map(({ left }) => left.length));
  const usage = ['timecredits', words, ...operands.map((name) => `<${name}>`), '[options]'];
  return [
    `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
    '',
    `Usage: ${usage.join(' ')}`,
    '',
    ...about.split('\n').flatMap((paragraph) => [...wrapped(paragraph), '']),
    'Options:',
    ...named.map(({ left, help }) => `  ${left.padEnd(widest)}  ${help}`),
    '',
    examples.length === 1 ? 'Example:' : 'Examples:',
    ...examples.map((example) => `  ${example}`),
  ];
}

function wrapped(paragraph: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
