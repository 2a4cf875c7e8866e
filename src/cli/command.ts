import type { z } from 'zod';
import { wrongUsage, type Exit } from './failure.ts';
import type { Io } from './io.ts';

/** One option: with `value` it takes one, named so in the help; without, it is a switch. */
export type Option = {
  readonly value?: string;
  /** Whether it may be given more than once. */
  readonly many?: true;
  readonly help: string;
};

/** What a command found, for a person and for a machine. */
export type Report = {
  readonly text: readonly string[];
  readonly json: object;
  readonly exit?: Exit;
  /** What goes on once the report is out, such as a service that runs until it is stopped. */
  readonly goesOn?: () => Promise<void>;
};

/** One command of the command line, with all that its help says. */
export type Command = {
  /** One or two words, such as `access grant`. */
  readonly words: string;
  readonly summary: string;
  readonly about: string;
  /** The names of what stands behind the words without a `--`. */
  readonly operands?: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly string[];
  readonly run: (given: Given, io: Io) => Promise<Report>;
};

/** The options of every command that speaks to a service. */
export const SERVICE_OPTIONS: Command['options'] = {
  url: { value: 'URL', help: 'where the service is; http://127.0.0.1:3000 if left out' },
  key: { value: 'KEY', help: 'an access key; better in the environment as TIMECREDITS_KEY' },
};

/** The options of every command that reads the data itself. */
export const DATA_OPTIONS: Command['options'] = {
  data: { value: 'DIR', help: 'the folder of the data; DATA_DIR, or ./data, if left out' },
};

/** The options of every command. */
export const COMMON_OPTIONS: Command['options'] = {
  json: { help: 'answer with one JSON object' },
  help: { help: 'explain this command' },
};

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** What was typed behind a command's words. */
export class Given {
  readonly #command: Command;
  readonly #values: Values;
  readonly #operands: readonly string[];

  constructor(command: Command, values: Values, operands: readonly string[]) {
    this.#command = command;
    this.#values = values;
    this.#operands = operands;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** Each value of an option that may be given more than once. */
  texts(name: string): readonly string[] {
    const values = this.#values[name];
    return Array.isArray(values) ? values.map(String) : [];
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The value of an option that the command cannot do without. */
  required(name: string): string {
    const value = this.text(name);
    if (value !== undefined && value !== '') return value;
    const option = this.#command.options[name]!;
    throw wrongUsage(
      `${this.#command.words} needs --${name} ${option.value ?? ''}: ${option.help}.`,
    );
  }

  /** The value of an option as its schema reads it; nothing where it was left out. */
  checked<S extends z.ZodType>(name: string, schema: S): z.output<S> | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : read(`--${name}`, value, schema);
  }

  /** Each value of an option that may be given more than once, as its schema reads it. */
  eachAs<S extends z.ZodType>(name: string, schema: S): z.output<S>[] {
    return this.texts(name).map((value) => read(`--${name}`, value, schema));
  }

  requiredAs<S extends z.ZodType>(name: string, schema: S): z.output<S> {
    return read(`--${name}`, this.required(name), schema);
  }

  /** What stands at a place behind the command's words. */
  operand<S extends z.ZodType>(index: number, schema: S): z.output<S> {
    const name = this.#command.operands?.[index] ?? '';
    const value = this.#operands[index];
    if (value === undefined) throw wrongUsage(`${this.#command.words} needs <${name}>.`);
    return read(`<${name}>`, value, schema);
  }
}

function read<S extends z.ZodType>(name: string, value: string, schema: S): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues[0]?.message ?? 'is not right';
  throw wrongUsage(`${name} ${JSON.stringify(value)}: ${why}.`);
}
