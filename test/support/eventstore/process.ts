import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { commandsFor, type Command } from './commands.ts';
import { standIn } from './index.ts';

/**
 * The stand-in as a process of its own: it prints its url, then carries out commands, one JSON
 * object on each line of its input, and prints one answer to each once it is done, under the `id`
 * of the command. It ends with its input, unless `--stay` is given.
 */

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    stay: { type: 'boolean', default: false },
    'without-batches': { type: 'boolean', default: false },
  },
});

const server = await standIn(undefined, {
  port: Number(values.port),
  batches: !values['without-batches'],
});
print(server.url);

const carryOut = commandsFor(server);
for await (const line of createInterface({ input: process.stdin })) void answer(line);
if (!values.stay) await server.close();

async function answer(line: string): Promise<void> {
  let id: unknown;
  try {
    const command = JSON.parse(line) as Command & { readonly id?: unknown };
    id = command.id;
    print(JSON.stringify({ id, answer: await carryOut(command) }));
  } catch (error) {
    print(JSON.stringify({ id, error: error instanceof Error ? error.message : String(error) }));
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
