import t from 'tap';
import { setAcl } from '../../scripts/eventstore/acl.ts';
import { prepare, PrepareError, type Acl, type Prepare } from '../../scripts/eventstore/prepare.ts';
import { standIn } from '../support/eventstore/index.ts';

/** A server's HTTP interface, as far as it makes users; who asks without being admin is refused. */
function serverOf(down: readonly string[] = []) {
  const users = new Map<string, string>();
  const acls: [url: string, stream: string, acl: Acl][] = [];
  const waits: number[] = [];
  const asked: string[] = [];
  const post: Prepare['post'] = async (url, headers, body) => {
    const { host, pathname } = new URL(url);
    asked.push(url);
    if (down.includes(host)) throw new TypeError('fetch failed');
    const admin = `Basic ${Buffer.from('admin:s3:cret').toString('base64')}`;
    if (headers['authorization'] !== admin) return { status: 401 };
    const said = JSON.parse(body) as { loginName: string; password: string; newPassword: string };
    if (pathname === '/users/') {
      if (users.has(said.loginName)) return { status: 409 };
      users.set(said.loginName, said.password);
      return { status: 201 };
    }
    const [, name] = /^\/users\/(\w+)\/command\/reset-password$/.exec(pathname)!;
    users.set(name!, said.newPassword);
    return { status: 200 };
  };
  const setAcl: Prepare['setAcl'] = async (...set) => void acls.push(set);
  const wait = async (time_ms: number) => void waits.push(time_ms);
  return { users, acls, waits, asked, options: { network: 'medway', post, setAcl, wait } };
}

const URL_OF_SERVICE = 'esdb://ledger:p%40ss@one:2111,two?tls=true&tlsCAFile=/authority/ca.crt';
const given = { url: URL_OF_SERVICE, adminPassword: 's3:cret' };

t.test('a server that has no user for the service', async (t) => {
  const server = serverOf();
  const done = await prepare({ ...server.options, ...given });
  t.equal(done, 'The user ledger writes to ledger-medway, and nobody else.');
  t.same([...server.users], [['ledger', 'p@ss']], 'gets the one of JOURNAL_URL');
  t.same(server.asked, ['https://one:2111/users/'], 'over TLS');
  const [[url, stream, acl]] = server.acls as [[string, string, Acl]];
  t.equal(url, URL_OF_SERVICE.replace('ledger:p%40ss', 'admin:s3%3Acret'), 'by its administrator');
  t.equal(stream, 'ledger-medway');
  t.same(
    acl,
    {
      readRoles: ['ledger'],
      writeRoles: ['ledger'],
      deleteRoles: ['$admins'],
      metaReadRoles: ['ledger', '$admins'],
      metaWriteRoles: ['$admins'],
    },
    'who alone may delete the stream and change this list',
  );
});

t.test('a server that has the user already', async (t) => {
  const server = serverOf();
  server.users.set('ledger', 'old');
  await prepare({ ...server.options, ...given });
  t.same([...server.users], [['ledger', 'p@ss']], 'gives it the password of JOURNAL_URL');
});

t.test('a node that is down', async (t) => {
  const server = serverOf(['one:2111']);
  await prepare({ ...server.options, ...given });
  t.same(server.waits, [2_000], 'is waited for');
  t.same(server.asked.at(-1), 'https://two:2113/users/', 'and the next one is asked');
});

t.test('nodes that stay down', async (t) => {
  const server = serverOf(['one:2111', 'two:2113']);
  const message = /No node did what was asked for\. The last one was two:2113: TypeError\./;
  await t.rejects(prepare({ ...server.options, ...given }), { name: 'PrepareError', message });
});

const REFUSED: [what: string, given: Partial<Prepare>, message: RegExp][] = [
  ['no address', { url: undefined }, /JOURNAL_URL must be that of the service/],
  ['the address of a file', { url: 'sqlite:' }, /JOURNAL_URL must be that of the service/],
  ['a mistaken one', { url: 'esdb://a:hunter2@one?tls=no' }, /JOURNAL_URL has a value of tls/],
  ['one without a user', { url: 'esdb://one' }, /must name a user of the service/],
  ['one of the administrator', { url: 'esdb://admin:x@one' }, /which is no administrator/],
  ['no password', { adminPassword: '' }, /EVENTSTORE_DEFAULT_ADMIN_PASSWORD is missing/],
  ['another password', { adminPassword: 'changeit' }, /password of admin is not that of/],
];

for (const [what, change, message] of REFUSED) {
  t.test(`${what} is refused, and no password is shown`, async (t) => {
    const server = serverOf();
    const refused = await prepare({ ...server.options, ...given, ...change }).catch(
      (error: unknown) => error,
    );
    t.ok(refused instanceof PrepareError);
    t.match((refused as Error).message, message);
    t.notMatch((refused as Error).message, /hunter2|s3:cret|changeit/);
    t.same(server.acls, []);
  });
}

t.test('the list of who may do what', async (t) => {
  const server = await standIn(t);
  const url = server.url.replace('esdb://', 'esdb://admin:secret@');
  const options = {
    ...serverOf().options,
    ...given,
    setAcl: (_: string, ...set: [string, Acl]) => setAcl(url, ...set),
  };
  await prepare(options);
  await prepare(options);
  const written = server
    .stream('$$ledger-medway')
    .map(({ data }) => JSON.parse(String(data)) as unknown);
  t.same(
    written.at(-1),
    {
      $acl: {
        $r: ['ledger'],
        $w: ['ledger'],
        $d: ['$admins'],
        $mr: ['ledger', '$admins'],
        $mw: ['$admins'],
      },
    },
    'stands beside the stream as the server keeps it, and nothing that hides events',
  );
  t.same(server.seen.withoutLeader(), [], 'and was written by the leader');
});
