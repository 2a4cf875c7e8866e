import { statSync, type BigIntStats } from 'node:fs';

type Known = { readonly path: string; readonly device: bigint; readonly number: bigint };

/**
 * Files that are open, by what the system knows them by. One that is deleted, or replaced, goes on
 * taking what is written as long as it is open, and is gone with the process.
 */
export class OpenFiles {
  readonly #known: readonly Known[];
  #gone: string | undefined;

  /** @param paths those of files that are open, and stay so; one that is not there is none */
  constructor(paths: readonly string[]) {
    this.#known = paths.flatMap((path) => {
      const found = statOf(path);
      return found === undefined ? [] : [{ path, device: found.dev, number: found.ino }];
    });
  }

  /** A database with its log and its index, and the lock that keeps a second writer out. */
  static ofJournal(file: string): OpenFiles {
    return new OpenFiles([...withLog(file), `${file}-lock`]);
  }

  static ofDatabase(file: string): OpenFiles {
    return new OpenFiles(withLog(file));
  }

  /** Which of them is no longer where it was opened; nothing while all are. */
  gone(): string | undefined {
    this.#gone ??= this.#look();
    return this.#gone;
  }

  #look(): string | undefined {
    for (const { path, device, number } of this.#known) {
      let found: BigIntStats | undefined;
      try {
        found = statOf(path);
      } catch {
        // What stands in the way of looking is no sign that a file is gone.
        continue;
      }
      if (found === undefined) return `the file ${path}, which is open, was deleted or moved away`;
      if (found.dev === device && found.ino === number) continue;
      return `the file ${path} is another than the one that is open`;
    }
    return undefined;
  }
}

function withLog(file: string): string[] {
  return [file, `${file}-wal`, `${file}-shm`];
}

/** Nothing where it is not there. */
function statOf(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}
