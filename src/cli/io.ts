/** A file that grows line by line; each line is on disk before `write` returns. */
export type GrowingFile = {
  write(text: string): void;
  close(): void;
};

/** The files that commands read and write; what they write only its owner may read. */
export type Files = {
  /** @throws Error with the code ENOENT where there is none */
  read(path: string): Uint8Array;
  /** @throws Error with the code EEXIST where there is one already */
  create(path: string): GrowingFile;
  /** Goes on with a file that is there. */
  append(path: string): GrowingFile;
  replace(path: string, text: string): void;
  exists(path: string): boolean;
  remove(path: string): void;
};

/** Everything outside that a command may touch: handed in, so that tests can stand in for it. */
export type Io = {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** What was asked for, to the standard output. */
  readonly output: (text: string) => void;
  /** How far it has come and what went wrong, to the standard error. */
  readonly progress: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly files: Files;
  readonly now_ms: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly wait: (time_ms: number) => Promise<void>;
  /** Resolves when this command is to end (Ctrl-C), which it then does in order by itself. */
  readonly stopped: () => Promise<void>;
  /** Asks a person yes or no; absent where nobody sits at a terminal. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
};
