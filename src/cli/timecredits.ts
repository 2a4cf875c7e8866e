#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { setTimeout } from 'node:timers/promises';
import { diskFiles } from './files.ts';
import type { Io } from './io.ts';
import { run } from './run.ts';

const { stdin, stdout, stderr, env, argv } = process;

// A backup, a copy or a list of cards is nobody else's on this machine.
process.umask(0o077);

// Whoever reads along may stop before the end, as `head` does; that is no mistake.
stdout.on('error', () => process.exit());
stderr.on('error', () => undefined);

async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: stdin, output: stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** From the first call on, a signal asks the command to end instead of ending the process. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve());
  });
}

const io: Io = {
  fetch,
  output: (text) => stdout.write(text),
  progress: (text) => stderr.write(text),
  environment: env,
  files: diskFiles,
  now_ms: Date.now,
  random: randomBytes,
  wait: (time_ms) => setTimeout(time_ms),
  stopped,
  confirm: stdin.isTTY ? confirm : undefined,
};

process.exitCode = await run(argv.slice(2), io);
