// Ends a CI run with one plain line, counted from what the test runner printed.
import { readFileSync } from 'node:fs';

const log = readFileSync(process.argv[2], 'utf8');
const total = /^# \{ total: \d+.*\}$/m.exec(log)?.[0] ?? '';
const count = (word) => Number(new RegExp(`${word}: (\\d+)`).exec(total)?.[1] ?? 0);
process.stdout.write(`${count('pass')} passed, ${count('fail')} failed\n`);
