import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * The saving thread. What is committed is in the log and durable; this puts it into the file itself
 * bit by bit, on a connection of its own, so that no append waits for as much at once. SQLite
 * begins the log anew when a write finds all of it saved, which under load never happens by itself:
 * so the writing thread is asked to save the few pages that came meanwhile. Where Litestream copies
 * the log it empties it too, and nobody else should.
 */

const EVERY_MS = 500;
/** Some 32 MB, as long as the log is let grow. */
const LOG_PAGES = 8_000;

const port = parentPort!;
// A file that went meanwhile is not made anew.
const there = Object.assign(pathToFileURL(workerData as string), { search: 'mode=rw' });
const database = new DatabaseSync(there, { timeout: 0 });
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
const litestream = database.prepare(`
  SELECT count(*) AS count FROM sqlite_schema WHERE name = '_litestream_seq'
`);

const timer = setInterval(() => {
  try {
    if (litestream.get()!['count'] !== 0) return;
    const { log } = checkpoint.get() as { log: number };
    if (log > LOG_PAGES) port.postMessage('long');
  } catch {
    // A disk that is full, or a file that is gone: whoever appends finds it, and this tries again.
  }
}, EVERY_MS);

port.once('message', () => {
  clearInterval(timer);
  database.close();
  port.close();
});
