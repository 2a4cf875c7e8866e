// Installs what is missing before any other script, on whatever Node and npm a machine has; plain
// JavaScript without dependencies, because nothing else is there yet.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.installed-from');
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  process.stderr.write('Installing what is missing (about half a minute) …\n');
  const npm = process.env.npm_execpath;
  // What wants a newer Node than this one gets it: nothing of it runs before that is installed.
  const words = ['ci', '--loglevel=error'];
  if (npm) run(process.execPath, npm, ...words);
  else run('npm', ...words);
  // The test runner is built anew without its TypeScript plugin: Node strips the types itself.
  run(join(root, 'node_modules', '.bin', 'tap'), 'build');
  writeFileSync(stamp, lock);
}

function run(command, ...words) {
  const { status } = spawnSync(command, words, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  process.stderr.write(`${words.join(' ')} failed; what it printed above says why.\n`);
  process.exit(status ?? 1);
}
