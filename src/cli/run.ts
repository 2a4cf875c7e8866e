import { parseArgs } from 'node:util';
import { COMMON_OPTIONS, Given, type Command, type Report } from './command.ts';
import { commands } from './commands/index.ts';
import { EXIT, Failure, faultText, wrongUsage, type Exit } from './failure.ts';
import { helpOn, helpOnAll } from './help.ts';
import type { Io } from './io.ts';

/**
 * Runs one command of the command line.
 * @param argv what was typed behind `timecredits`
 * @returns the exit status
 */
export async function run(argv: readonly string[], io: Io): Promise<Exit> {
  const json = argv.includes('--json');
  try {
    const report = await answer(argv, io);
    say(io, json ? JSON.stringify(report.json) : legible(report.text));
    await report.goesOn?.();
    return report.exit ?? EXIT.ok;
  } catch (error) {
    const failure = error instanceof Failure ? error : unforeseen(error as Error);
    if (json) say(io, JSON.stringify(failureJson(failure)));
    else io.progress(`${legible(failureText(failure))}\n`);
    return failure.exit;
  }
}

async function answer(argv: readonly string[], io: Io): Promise<Report> {
  const asked = commandFirst(argv);
  const words = asked.filter((word) => !word.startsWith('-'));
  const wantsHelp = asked.includes('--help') || asked.includes('-h');
  const command = commandIn(asked);
  if (command !== undefined) {
    return wantsHelp ? shown(helpOn(command)) : command.run(givenTo(command, asked), io);
  }
  const group = commands.filter((one) => one.words.startsWith(`${words[0] ?? ''} `));
  if (wantsHelp && group.length > 0) return shown(group.flatMap((one) => [...helpOn(one), '']));
  if (wantsHelp && words.length === 0) return shown(helpOnAll(commands));
  if (words.length === 0) throw wrongUsage(helpOnAll(commands).join('\n'));
  const names = (group.length > 0 ? group : commands).map((one) => one.words).join(', ');
  const typed = words.slice(0, group.length > 0 ? 2 : 1).join(' ');
  throw wrongUsage(`There is no command "${typed}". There are: ${names}.`);
}

/** What was typed with the command's words first: `help issue`, `--json issue` will do too. */
function commandFirst(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  if (first === 'help') return [...rest, '--help'];
  if (first === '--json' || first === '--help') return [...commandFirst(rest), first];
  return argv;
}

/** The command whose words stand first; one of two words before one of one. */
function commandIn(argv: readonly string[]): Command | undefined {
  const named = (count: number) => {
    const words = argv.slice(0, count).join(' ');
    return commands.find((command) => command.words === words);
  };
  return named(2) ?? named(1);
}

function givenTo(command: Command, argv: readonly string[]): Given {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, ...COMMON_OPTIONS }).map(([name, { value, many }]) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: many === true,
      },
    ]),
  );
  const args = argv.slice(command.words.split(' ').length);
  const { values, operands } = parsed(command, () => {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    return { values, operands: positionals };
  });
  const most = command.operands?.length ?? 0;
  if (operands.length > most) {
    throw wrongUsage(`"${operands[most]!}" is one word too many. ${seeHelp(command)}`);
  }
  return new Given(command, values, operands);
}

function parsed<T>(command: Command, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    // Its first sentence names the option; what follows is about passing it on as a word.
    const [sentence] = (error as Error).message.split(/(?<=['"])\. |\n/);
    throw wrongUsage(`${sentence!.replace(/\.$/, '')}. ${seeHelp(command)}`);
  }
}

function seeHelp({ words }: Command): string {
  return `timecredits ${words} --help shows how it is used.`;
}

function shown(lines: readonly string[]): Report {
  return { text: lines, json: { help: lines.join('\n') } };
}

/** A file that is not there, a ledger in use, or a mistake of ours: its sentence, no stack. */
function unforeseen(error: Error & { code?: string; path?: string }): Failure {
  const { code, path, message } = error;
  const words: Record<string, string> = {
    ENOENT: `There is no file or folder ${path}.`,
    EEXIST: `${path} is there already and is not overwritten. Choose another name.`,
    EACCES: `${path} may not be read or written by you.`,
    EISDIR: 'That is a folder, not a file.',
  };
  const known = words[code ?? ''];
  if (error.name === 'ConfigError') return new Failure(EXIT.usage, 'usage', message);
  return new Failure(EXIT.refused, code ?? error.name, known ?? message);
}

function failureText({ message, faults, more }: Failure): string[] {
  return [message, ...faults.map(faultText), ...more.text];
}

function failureJson({ code, message, faults, more }: Failure): object {
  const errors = faults.length === 0 ? {} : { errors: faults };
  return { error: { code, detail: message, ...errors }, ...more.json };
}

/** What a terminal would obey instead of showing it, or would not show at all. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Lines as a terminal may have them: files and answers of others are quoted in some of them. */
function legible(lines: readonly string[]): string {
  return lines.join('\n').replaceAll(UNSEEN, (character) => {
    if (character === '\n' || character === '\t') return character;
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}

function say(io: Io, text: string): void {
  if (text !== '') io.output(`${text}\n`);
}
