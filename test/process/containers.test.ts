import t from 'tap';
import { configFrom } from '../../src/config.ts';
import { composeFile, servicesOf, text, type ComposeService } from './compose.ts';

/** Docker does not run here: what can be held is that its files fit each other and the code. */

const { services, networks, volumes } = composeFile();
const all = Object.entries(services);
const PROFILES = ['embedded', 'single', 'cluster'];

/** What the server's documentation names, as far as it is used. */
const EVENTSTORE_NAMES = [
  'EVENTSTORE_ADVERTISE_HOST_TO_CLIENT_AS',
  'EVENTSTORE_CERTIFICATE_FILE',
  'EVENTSTORE_CERTIFICATE_PRIVATE_KEY_FILE',
  'EVENTSTORE_CLUSTER_SIZE',
  'EVENTSTORE_DISCOVER_VIA_DNS',
  'EVENTSTORE_GOSSIP_SEED',
  'EVENTSTORE_INSECURE',
  'EVENTSTORE_NODE_PORT',
  'EVENTSTORE_REPLICATION_IP',
  'EVENTSTORE_RUN_PROJECTIONS',
  'EVENTSTORE_START_STANDARD_PROJECTIONS',
  'EVENTSTORE_TELEMETRY_OPTOUT',
  'EVENTSTORE_TRUSTED_ROOT_CERTIFICATES_PATH',
];

const isServer = ([, { image }]: [string, ComposeService]) => image.includes('eventstoredb');
const servers = all.filter(isServer);
const nodes = servers.filter(([, { profiles }]) => profiles.includes('cluster'));
const instances = all.filter(([name]) => /^ledger/.test(name));
const shared = instances.filter(([name]) => name !== 'ledger');

t.test('nothing starts but what a profile asks for', async (t) => {
  const names = (profile: string) => servicesOf(profile).map(([name]) => name);
  t.same(names('embedded'), ['volumes-for-node', 'ledger', 'litestream']);
  t.same(names('single'), ['eventstore', 'ledger-single']);
  t.same(names('cluster'), [
    'certificates',
    'eventstore-1',
    'eventstore-2',
    'eventstore-3',
    'eventstore-users',
    'ledger-1',
    'ledger-2',
    'balancer',
  ]);
  t.same(names('restore'), ['restore']);
  for (const [name, { profiles, depends_on }] of all) {
    const needed = Object.keys(depends_on).flatMap((other) => services[other]?.profiles ?? other);
    t.ok(
      needed.every((profile) => profiles.includes(profile)),
      `${name} needs nothing of another profile`,
    );
  }
});

t.test('whoever waits for another to be well can find out', async (t) => {
  for (const [name, { depends_on }] of all) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const { healthcheck, restart, build } = services[other]!;
      const tells = healthcheck !== undefined || build !== undefined;
      if (condition === 'service_healthy') t.ok(tells, `${name} of ${other}`);
      if (condition === 'service_completed_successfully') t.equal(restart, undefined, other);
    }
  }
});

t.test('every image is of one version', async (t) => {
  const { version } = JSON.parse(text('package.json')) as { version: string };
  for (const [name, { image, build }] of all) {
    t.match(image, /:v?\d+[\w.-]*$/, `that of ${name}`);
    if (build !== undefined) t.equal(image, `time-credits-ledger:${version}`, 'ours of this one');
  }
});

t.test('only this machine reaches what is in the containers', async (t) => {
  for (const [name, { ports }] of all) {
    for (const port of ports) t.match(port, /^127\.0\.0\.1:\d+:\d+$/, name);
  }
  for (const profile of PROFILES) {
    const taken = servicesOf(profile).flatMap(([, { ports }]) =>
      ports.map((port) => port.split(':')[1]),
    );
    t.equal(new Set(taken).size, taken.length, `and no port is taken twice in ${profile}`);
    t.ok(taken.includes('3000'), 'the ledger is where the README says');
  }
});

t.test('everything that is named is there', async (t) => {
  const named = all.flatMap(([, service]) => service.volumes.map((one) => one.split(':')[0]!));
  const kept = named.filter((name) => !name.startsWith('.'));
  t.same([...new Set(kept)].sort(), Object.keys(volumes).sort(), 'volumes, and none for nothing');
  const joined = all.flatMap(([, service]) => Object.keys(service.networks));
  t.same([...new Set(joined)], Object.keys(networks), 'networks');
  const needed = all.flatMap(([, { depends_on }]) => Object.keys(depends_on));
  t.same(
    needed.filter((name) => !(name in services)),
    [],
    'services',
  );
});

t.test('every container may do as little as it can', async (t) => {
  // A server of others writes where it likes within its image; what is made once owns its volumes.
  const writing = [...servers.map(([name]) => name), 'certificates', 'volumes-for-node'];
  const rights = new Map([
    ['certificates', ['CHOWN', 'DAC_OVERRIDE']],
    ['volumes-for-node', ['CHOWN']],
  ]);
  for (const [name, { cap_drop, cap_add, read_only, user, security_opt, profiles }] of all) {
    t.same(cap_drop, ['ALL'], `${name} has no rights of the superuser`);
    t.equal(read_only, !writing.includes(name), 'and writes to its volumes only');
    const needed = rights.get(name) ?? [];
    t.same(cap_add, needed, 'but those that give a folder to its user');
    t.equal(user === 'root', needed.length > 0);
    if (!profiles.includes('embedded')) t.same(security_opt, ['no-new-privileges:true']);
  }
  t.ok(
    instances.every(([, { user }]) => user === '1000:1000'),
    'the service is nobody special',
  );
});

t.test('EventStoreDB gets settings that it knows', async (t) => {
  for (const [name, { environment, healthcheck, volumes: mounted, stop_grace_period }] of servers) {
    t.same(
      Object.keys(environment).filter((one) => !EVENTSTORE_NAMES.includes(one)),
      [],
      name,
    );
    t.match(environment, {
      EVENTSTORE_TELEMETRY_OPTOUT: 'true',
      EVENTSTORE_RUN_PROJECTIONS: 'None',
      EVENTSTORE_START_STANDARD_PROJECTIONS: 'false',
    });
    t.match(healthcheck?.test.at(-1), /\/health\/live$/, 'and is asked how it is');
    t.ok(
      mounted.some((one) => one.endsWith(':/var/lib/eventstore')),
      'and keeps its data',
    );
    t.ok(stop_grace_period, 'and has time to end in order');
  }
});

t.test('three nodes find and trust each other', async (t) => {
  const [subnet] = networks['cluster']!.ipam.config.map(({ subnet }) => subnet);
  const within = subnet!.replace(/0\/24$/, '');
  const ips = nodes.map(([, service]) => service.networks['cluster']!.ipv4_address!);
  t.equal(new Set(ips).size, 3);
  const certificates = services['certificates']!.command!.join('\n');
  const names = nodes.map(([name]) => name);
  for (const [index, [name, { environment, volumes: mounted }]] of nodes.entries()) {
    const ip = ips[index]!;
    const number = name.split('-')[1]!;
    t.ok(ip.startsWith(within), `${name} is in the network`);
    t.match(environment, {
      EVENTSTORE_CLUSTER_SIZE: '3',
      EVENTSTORE_REPLICATION_IP: ip,
      EVENTSTORE_GOSSIP_SEED: ips
        .filter((other) => other !== ip)
        .map((other) => `${other}:2113`)
        .join(','),
      EVENTSTORE_ADVERTISE_HOST_TO_CLIENT_AS: name,
      EVENTSTORE_CERTIFICATE_FILE: `/certificates/${number}/node.crt`,
      EVENTSTORE_CERTIFICATE_PRIVATE_KEY_FILE: `/certificates/${number}/node.key`,
    });
    t.notOk(environment['EVENTSTORE_INSECURE'], 'and speaks to nobody without a certificate');
    t.ok(mounted.includes('authority:/authority:ro'));
    t.match(ip, new RegExp(`^${within}1${number}$`), 'as its certificate says');
  }
  t.match(certificates, `-ip-addresses 127.0.0.1,${within}1$$node -dns-names localhost,`);
  t.match(certificates, 'eventstore-$$node', 'which names every node');
  t.same(names, ['eventstore-1', 'eventstore-2', 'eventstore-3']);
  const readers = all.filter(([, service]) =>
    service.volumes.some((one) => one.startsWith('authority-key:')),
  );
  t.same(
    readers.map(([name]) => name),
    ['certificates'],
    'and nobody else has the key of the authority',
  );
  const keyed = all.filter(([, service]) =>
    service.volumes.some((one) => one.startsWith('certificates:')),
  );
  t.same(
    keyed.map(([name]) => name),
    ['certificates', ...names],
    'nor the service a key of a node',
  );
});

t.test('the environment of every instance is one that it takes', async (t) => {
  const known = /^ {4}([A-Z_]+): /gm;
  const names = [...text('src/config.ts').matchAll(known)].map(([, name]) => name);
  for (const [name, { environment }] of instances) {
    t.same(
      Object.keys(environment).filter((one) => !names.includes(one)),
      [],
      name,
    );
    t.equal(configFrom(environment).opening.network, 'medway');
  }
  const { eventstore } = configFrom(services['ledger-single']!.environment);
  t.equal(eventstore?.shown, 'esdb://eventstore:2113');
});

t.test('the instances of one ledger share what they must, and nothing else', async (t) => {
  for (const [name, { environment, env_file, image }] of shared) {
    t.notMatch(Object.keys(environment).join(), /KEY/, `${name} has no secret in this file`);
    t.same(env_file, [{ path: 'ledger.env', required: false }], 'but in one that is not kept');
    t.equal(image, shared[0]![1].image, 'runs the same code');
  }
  const [one, other] = [services['ledger-1']!, services['ledger-2']!];
  t.same({ ...one, volumes: [] }, { ...other, volumes: [] }, 'they are the same');
  t.same(
    [one, other].map(({ volumes: mounted }) => mounted[0]),
    ['ledger-1:/data', 'ledger-2:/data'],
    'but for where their mirrors are',
  );
  t.same(
    one.volumes.slice(1),
    ['authority:/authority:ro'],
    'and know the authority of the certificates',
  );
  t.match(text('.gitignore'), /^\*\.env$/m, 'no file of secrets is ever kept with the code');
  t.notMatch(text('.dockerignore'), /env/, 'nor put into the image');
});

t.test('who makes the user has the passwords of both sides, and the service has not', async (t) => {
  const paths = ({ env_file }: ComposeService) => env_file.map(({ path }) => path);
  t.same(paths(services['eventstore-users']!), ['ledger.env', 'eventstore.env']);
  for (const [name, node] of nodes) t.same(paths(node), ['eventstore.env'], name);
  for (const [name, { depends_on }] of shared.filter(([name]) => name !== 'ledger-single')) {
    const { condition } = depends_on['eventstore-users']!;
    t.equal(condition, 'service_completed_successfully', `${name} waits for the user`);
  }
});

t.test('the image is small, and runs as nobody special what npm start runs', async (t) => {
  const dockerfile = text('Dockerfile');
  const stages = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  const lock = JSON.parse(text('package-lock.json')) as {
    packages: Record<string, { version: string }>;
  };
  const { version } = lock.packages['node_modules/node']!;
  t.same(new Set(stages), new Set([`node:${version}-bookworm-slim`]), 'on the Node of the tests');
  t.match(dockerfile, 'RUN ["npm", "ci", "--omit=dev", "--ignore-scripts"]');
  t.same(
    [...dockerfile.matchAll(/^USER (.*)$/gm)].map(([, user]) => user),
    ['1000:1000'],
  );
  const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
  const words = (name: string) =>
    JSON.parse(new RegExp(`^${name} (\\[.*\\])$`, 'm').exec(dockerfile)![1]!) as string[];
  t.equal([...words('ENTRYPOINT'), ...words('CMD')].join(' '), scripts['start']);
  t.notMatch(dockerfile, /^(RUN|CMD|ENTRYPOINT) [^[]/m, 'with no shell between');
  const { healthcheck } = services['ledger']!;
  const [, check] = /^HEALTHCHECK .*\\\n {2}CMD (\[.*\])$/m.exec(dockerfile)!;
  t.same(['CMD', ...(JSON.parse(check!) as string[])], healthcheck!.test, 'and says how it is');
  t.match(dockerfile, /^VOLUME \/data$/m);
  t.match(dockerfile, /DATA_DIR=\/data$/m);
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, from]) =>
    from!.split(' '),
  );
  const taken = [...text('.dockerignore').matchAll(/^!([\w./-]+)$/gm)].map(([, name]) => name);
  t.same(
    [...new Set(copied)].sort(),
    taken.toSorted(),
    'of which Docker sees no more than it copies',
  );
});
