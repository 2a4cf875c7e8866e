import { existsSync, readFileSync } from 'node:fs';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { breach, type Finding } from '../audit/model/invariant.ts';
import { cardKeyIn } from '../cardKey.ts';
import { requireOrigin, signersIn } from '../checkpoints/signingKey.ts';
import type { Config } from '../config.ts';
import { DamagedJournalError } from '../journal/journal.ts';
import type { SqliteReader } from '../journal/sqlite/index.ts';
import type { Beside } from './index.ts';

const TREE = {
  name: 'tree',
  says: 'the tree that is kept of the events is theirs, and SQLite can read every page',
};

type Find = (finding: Finding) => void;

/** The tree in the same file, which a service signs and proves behind each start. */
export class KeptTree implements Beside {
  readonly rules = [TREE];
  readonly #reader: Pick<SqliteReader, 'prove'>;
  readonly #find: Find;

  constructor(reader: Pick<SqliteReader, 'prove'>, find: Find) {
    this.#reader = reader;
    this.#find = find;
  }

  take(): void {
    // The tree is compared as a whole, once all events were read.
  }

  async end(size: number): Promise<void> {
    try {
      await this.#reader.prove(size);
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      if (!(error instanceof DamagedJournalError) && code !== 'ERR_SQLITE_ERROR') throw error;
      const revision = error instanceof DamagedJournalError ? error.revision : size;
      const found = breach('the tree of these events', message);
      this.#find({ invariant: TREE.name, revision, ...found });
    }
  }
}

const SETTINGS = {
  name: 'settings',
  says: 'the keys and settings beside the stream are those of its ledger',
};

export type SettingsOptions = {
  readonly config: Pick<Config, 'signing' | 'cardKey' | 'opening'>;
  /** Whether the environment names the network, so that a service would be held to it. */
  readonly networkNamed: boolean;
  /** The name in the checkpoints that were shown; nothing where none was. */
  readonly origin: () => string | undefined;
  readonly find: Find;
};

/** The keys and settings that a service would begin with on this folder. */
export class Settings implements Beside {
  readonly rules = [SETTINGS];
  readonly #options: SettingsOptions;
  readonly #cards = new Set<string>();
  #network = '';

  constructor(options: SettingsOptions) {
    this.#options = options;
  }

  take(_revision: number, _leaf: Uint8Array, { type, data }: StreamEvent): void {
    if (type === 'LedgerOpened') this.#network = data.network;
    if (type === 'CardIssued') this.#cards.add(data.cardId);
    if (type === 'CardRevoked') this.#cards.delete(data.cardId);
  }

  end(): void {
    const { config, networkNamed, origin } = this.#options;
    const { network } = config.opening;
    if (networkNamed && network !== this.#network) {
      this.#find(`NETWORK to be ${this.#network}, as the stream says`, network);
    }
    const shown = origin();
    // Without a checkpoint this folder was never served: a copy need not have keys.
    if (shown === undefined) return;
    this.#judged(`a signing key of ${shown}`, () => this.#requireSigner(shown));
    if (this.#cards.size > 0) this.#judged('the key to the cards', () => this.#requireCardKey());
  }

  #requireSigner(shown: string): void {
    const { signing } = this.#options.config;
    const { text, file, origin } = signing;
    const kept = text ?? (file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : '');
    if (kept.trim() !== '') {
      const random = () => new Uint8Array();
      return requireOrigin(signersIn({ ...signing, text: kept, random }), shown);
    }
    const made = origin ?? `timecredits.local/${this.#network}`;
    if (!signing.shared && made === shown) return;
    throw new Error(`no ${file ?? 'SIGNING_KEY'}. Put the key back, or set SIGNING_KEY and ORIGIN`);
  }

  #requireCardKey(): void {
    const { cardKey } = this.#options.config;
    const { keep } = cardKeyIn(cardKey);
    if (keep === undefined) return;
    throw new Error(`no ${cardKey.file ?? 'CARD_KEY'}. Without it no card is known: put it back`);
  }

  #judged(expected: string, judge: () => void): void {
    try {
      judge();
    } catch (error) {
      this.#find(expected, (error as Error).message.replace(/\.$/, ''));
    }
  }

  #find(expected: string, found: string): void {
    this.#options.find({ invariant: SETTINGS.name, ...breach(expected, found) });
  }
}
