import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ID_BYTES, makeKey, SECRET_BYTES } from '../../schemas/keys.ts';
import { makeSigner, signerText } from '../../src/proofs/note.ts';
import { HttpClient, startService, type ServiceProcess } from '../../test/support/process.ts';

const ORIGIN = 'drill.example/instances';
const KEY_BYTES = 32;

/** One instance: a process of its own, on a mirror of its own. */
export type Instance = {
  readonly name: string;
  readonly service: ServiceProcess;
  readonly admin: HttpClient;
};

export type ClusterOptions = {
  /** The EventStoreDB that all of them share. */
  readonly url: string;
  readonly network: string;
  readonly directory: string;
  readonly count: number;
};

/** Several instances of one ledger, as an operator would set them up. */
export class Cluster {
  readonly url: string;
  readonly stream: string;
  readonly instances: Instance[] = [];
  readonly #adminKey = makeKey(randomBytes(ID_BYTES), randomBytes(SECRET_BYTES));
  readonly #directory: string;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor({ url, network, directory }: ClusterOptions) {
    this.url = url;
    this.stream = `ledger-${network}`;
    this.#directory = directory;
    this.#environment = {
      JOURNAL_URL: url,
      NETWORK: network,
      ORIGIN,
      CARD_KEY: randomBytes(KEY_BYTES).toString('hex'),
      SIGNING_KEY: signerText(makeSigner(ORIGIN, randomBytes(KEY_BYTES))),
      BOOTSTRAP_ADMIN_KEY: this.#adminKey,
    };
  }

  /** Starts all instances at once, on a stream that may be empty. */
  static async open(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options);
    const names = Array.from({ length: options.count }, (_, index) => `instance-${index + 1}`);
    const started = await Promise.allSettled(names.map((name) => cluster.start(name)));
    const failed = started.find(({ status }) => status === 'rejected');
    if (failed === undefined) return cluster;
    await cluster.close();
    throw (failed as PromiseRejectedResult).reason;
  }

  /**
   * Starts an instance, the first time or again.
   * @throws NotStartedError
   */
  async start(name: string): Promise<Instance> {
    const dataDirectory = join(this.#directory, name);
    const service = await startService({ dataDirectory, environment: this.#environment });
    const instance = { name, service, admin: new HttpClient(service.url, this.#adminKey) };
    const index = this.instances.findIndex((one) => one.name === name);
    if (index === -1) this.instances.push(instance);
    else this.instances[index] = instance;
    return instance;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.instances.map(({ service }) => {
        service.child.kill('SIGCONT');
        return service.end('SIGKILL');
      }),
    );
  }
}
