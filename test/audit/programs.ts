import { spawnSync } from 'node:child_process';

/** What a program that ran to its end said. */
export type Said = {
  readonly status: number | null;
  readonly output: string;
  readonly error: string;
};

/** Runs a program of this machine, with no shell between. */
export function say(program: string, ...words: string[]): Said {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  return { status, output: stdout, error: stderr };
}

/** Options of a test that needs some programs: skipped, with the reason, where one is not there. */
export function needing(...programs: string[]): { skip?: string } {
  const missing = programs.filter((program) => spawnSync(program, ['--help']).error !== undefined);
  if (missing.length === 0) return {};
  return { skip: `not on this machine: ${missing.join(', ')}; apt-get install brings it` };
}
