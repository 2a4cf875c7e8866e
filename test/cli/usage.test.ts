import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fastify } from 'fastify';
import t from 'tap';
import { commands } from '../../src/cli/commands/index.ts';
import { ADMIN_KEY, testApp } from '../support/service.ts';
import { CommandLine } from './support.ts';

t.test('help', async (t) => {
  const cli = new CommandLine();
  const all = await cli.run('--help');
  t.equal(all.status, 0);
  for (const command of commands) {
    t.match(all.output, `  ${command.words} `, `names ${command.words}`);
    const { status, output } = await cli.run(...command.words.split(' '), '--help');
    t.equal(status, 0, `${command.words} explains itself`);
    t.match(output, /Examples?:\n {2}timecredits /, 'with an example');
    for (const option of Object.keys(command.options)) t.match(output, `--${option}`);
    t.notMatch(output, /\b(pay|paid|currency|cash|wages?)\b/i, 'in the words of the scheme');
    t.ok(
      output.split('\n').every((line) => line.length <= 100),
      'in lines that fit',
    );
  }
  t.match(
    (await cli.run('access', '--help')).output,
    /access grant[^]*access revoke[^]*access list/,
  );
  t.match(await cli.run('help', 'issue'), { status: 0, output: /^Issue credits/ });
  t.match(await cli.run(), { status: 2, progress: /Usage: timecredits/ }, 'is shown for nothing');
});

t.test('what is not as the help says has the exit status 2 and a sentence', async (t) => {
  const cli = new CommandLine(undefined, ADMIN_KEY);
  const cases: readonly (readonly [string, RegExp])[] = [
    ['isue', /There is no command "isue"\. There are: enrol, issue/],
    ['access give', /There is no command "access give"\. There are: access grant/],
    ['issue --fiel a.csv', /Unknown option '--fiel'\. timecredits issue --help/],
    ['issue --activity a --on 2026-01-01', /issue needs --file FILE/],
    ['issue --file a.csv --activity a --on yesterday', /--on "yesterday": must be a day/],
    ['issue --file', /--file/],
    ['enrol --count many --out a.csv', /--count "many": must be a whole number/],
    ['balance', /balance needs <account>/],
    ['balance purse', /<account> "purse": must be an account/],
    ['balance programme lapsed', /"lapsed" is one word too many/],
    ['balance programme --at-revision 1 --occurred-by 2026-01-01', /at a time/],
    ['entries programme --all --limit 3', /either --limit or --all/],
    ['balance programme --url ftp://x', /is not an address/],
    ['access grant --role king --label a', /--role "king"/],
  ];
  for (const [typed, sentence] of cases) {
    const { status, progress, output } = await cli.run(...typed.split(' '));
    t.equal(status, 2, typed);
    t.match(progress, sentence, 'is told');
    t.equal(output, '', 'and nothing is answered');
  }
  t.same(cli.sent, [], 'and nothing is sent');
});

t.test('a key', async (t) => {
  const none = await new CommandLine().run('access', 'list');
  t.match(none, { status: 2, progress: /^No key: set TIMECREDITS_KEY/ }, 'is asked for');
  const mistyped = ADMIN_KEY.replace(/.$/, 'x');
  const wrong = await new CommandLine(undefined, mistyped).run('access', 'list');
  t.match(wrong, { status: 2, progress: /^The key is not whole or mistyped/ });
  t.notMatch(wrong.progress, mistyped, 'is never repeated');
});

t.test('a service', async (t) => {
  const away = new CommandLine(undefined, ADMIN_KEY);
  const { status, progress } = await away.run('access', 'list');
  t.equal(status, 3, 'that cannot be reached has the exit status 3');
  t.match(progress, /trying again in 2 s …\nThe service at .* could not be reached \(ECONNREFUSED/);
  const { body } = await away.json('access', 'list');
  t.match(body, { error: { code: 'unreachable' } }, 'and with --json an object says so');

  const { app } = await testApp();
  const other = new CommandLine(app, ADMIN_KEY);
  const slash = await other.run('balance', 'programme', '--url', 'http://127.0.0.1:3000/');
  t.equal(slash.status, 0, 'may be named with a slash at the end');

  const page = fastify().setNotFoundHandler((_, reply) => reply.type('text/html').send('<p>Hello'));
  const stranger = await new CommandLine(page, ADMIN_KEY).run('access', 'list');
  t.match(stranger, { status: 3, progress: /does not speak as a Time Credits ledger/ });
});

t.test('the program itself', async (t) => {
  const file = new URL('../../src/cli/timecredits.ts', import.meta.url).pathname;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [file, '--help']);
  t.match(stdout, /^timecredits: the command line/, 'runs');
  const failed = await run(process.execPath, [file, 'nothing']).catch((error: unknown) => error);
  t.match(failed, { code: 2, stderr: /^There is no command/, stdout: '' }, 'and says how it ended');
});

t.test('a running service on a port', async (t) => {
  const { app } = await testApp();
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(() => app.close());
  const file = new URL('../../src/cli/timecredits.ts', import.meta.url).pathname;
  const env = { ...process.env, TIMECREDITS_KEY: ADMIN_KEY };
  const argv = [file, 'balance', 'programme', '--json', '--url', url];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env });
  t.match(JSON.parse(stdout), { account: 'programme', balance: '0' }, 'answers the program');
});
