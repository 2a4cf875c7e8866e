import { isEventStore, mistakeIn, partsOf, type AddressParts } from '../../src/eventstoreUrl.ts';

/** Two minutes: nodes that have just started take a while to choose a leader. */
const ATTEMPTS_MAX = 60;
const WAIT_MS = 2_000;
const ADMIN = 'admin';
const OWN = [ADMIN, 'ops'];

/** Who may do what with a stream, as the client says it. */
export type Acl = Readonly<
  Record<`${'read' | 'write' | 'delete' | 'metaRead' | 'metaWrite'}Roles`, string[]>
>;

export type Prepare = {
  /** The service's own JOURNAL_URL: its user is the one that is made. */
  readonly url: string | undefined;
  readonly network: string;
  readonly adminPassword: string | undefined;
  readonly post: (
    url: string,
    headers: Record<string, string>,
    body: string,
  ) => Promise<Pick<Response, 'status'>>;
  readonly setAcl: (url: string, stream: string, acl: Acl) => Promise<void>;
  readonly wait: (time_ms: number) => Promise<unknown>;
};

/** What was asked for cannot be done; says what to do, and no password. */
export class PrepareError extends Error {
  override readonly name = 'PrepareError';
}

/**
 * Makes the user that a JOURNAL_URL names, or gives it the password that stands there, and sets
 * the stream's list of who may do what: that user reads and writes, administrators alone delete
 * and change the list. Safe to run again.
 * @returns a sentence that says what is there now
 * @throws PrepareError
 */
export async function prepare(options: Prepare): Promise<string> {
  const { network, adminPassword, setAcl } = options;
  const address = addressIn(options.url);
  const { user } = address;
  if (adminPassword === undefined || adminPassword === '') {
    throw new PrepareError('EVENTSTORE_DEFAULT_ADMIN_PASSWORD is missing: see eventstore.env.');
  }
  const stream = `ledger-${network}`;
  const acl: Acl = {
    readRoles: [user.name],
    writeRoles: [user.name],
    deleteRoles: ['$admins'],
    metaReadRoles: [user.name, '$admins'],
    metaWriteRoles: ['$admins'],
  };
  const asAdmin = address.as({ name: ADMIN, password: adminPassword });
  let trouble = '';
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (attempt > 0) await options.wait(WAIT_MS);
    const host = address.hosts[attempt % address.hosts.length]!;
    try {
      await makeUser(options, host, address, adminPassword);
      await setAcl(asAdmin, stream, acl);
      return `The user ${user.name} writes to ${stream}, and nobody else.`;
    } catch (error) {
      if (error instanceof PrepareError) throw error;
      trouble = `${host}: ${(error as Error).name}`;
    }
  }
  throw new PrepareError(`No node did what was asked for. The last one was ${trouble}.`);
}

type Named = AddressParts & { readonly user: NonNullable<AddressParts['user']> };

function addressIn(url: string | undefined): Named {
  if (url === undefined || !isEventStore(url)) {
    throw new PrepareError('JOURNAL_URL must be that of the service, esdb://…: see ledger.env.');
  }
  const mistake = mistakeIn(url);
  if (mistake !== undefined) throw new PrepareError(`JOURNAL_URL ${mistake}.`);
  const parts = partsOf(url);
  const { user } = parts;
  if (user === undefined || OWN.includes(user.name)) {
    throw new PrepareError(
      'JOURNAL_URL must name a user of the service, which is no administrator: ' +
        'esdb://ledger:<password>@….',
    );
  }
  return { ...parts, user };
}

/** By the server's HTTP interface: its Node client knows nothing of users. */
async function makeUser(
  { post }: Prepare,
  host: string,
  { secure, user }: Named,
  adminPassword: string,
): Promise<void> {
  const { name, password } = user;
  const users = `${secure ? 'https' : 'http'}://${host}/users/`;
  const basic = Buffer.from(`${ADMIN}:${adminPassword}`).toString('base64');
  const headers = { authorization: `Basic ${basic}`, 'content-type': 'application/json' };
  const ask = async (to: string, body: object) =>
    (await post(to, headers, JSON.stringify(body))).status;
  const made = { loginName: name, fullName: 'Time Credits ledger', groups: [], password };
  let status = await ask(users, made);
  if (status === 409) {
    status = await ask(`${users}${name}/command/reset-password`, { newPassword: password });
  }
  if (status === 401 || status === 403) {
    throw new PrepareError(
      'The password of admin is not that of EVENTSTORE_DEFAULT_ADMIN_PASSWORD, which counts only ' +
        'when the first node starts for the first time. If it was changed, put the new one there.',
    );
  }
  if (status >= 300) throw new Error(`the node answers ${status}`);
}
