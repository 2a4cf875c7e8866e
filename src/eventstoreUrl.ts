/**
 * The address of an EventStoreDB. Its client takes the same text, but warns and fails with the
 * whole of it, password and all; so nothing is handed on that the client would stumble over.
 */
export type EventStoreAddress = {
  /** As the client takes it, with user and password: never to be logged, printed or thrown. */
  readonly url: string;
  /** The scheme and the hosts alone, for people. */
  readonly shown: string;
  /** All but user and password, to be typed again. */
  readonly withoutUser: string;
};

const PART = "((?:%[0-9A-Fa-f]{2}|[A-Za-z0-9._~!$&'()*+,;=-])+)";
const HOST = '[A-Za-z0-9._-]+(?::\\d{1,5})?';
const ADDRESS = new RegExp(
  `^(esdb(?:\\+discover)?://)(?:${PART}:${PART}@)?(${HOST}(?:,${HOST})*)(?:\\?(.+))?$`,
);

const BOOLEAN = /^(true|false)$/;
const NUMBER = /^\d{1,9}$/;
const TEXT = /^(?:%[0-9A-Fa-f]{2}|[A-Za-z0-9._~/\\:-])+$/;
const OPTIONS: Readonly<Record<string, RegExp>> = {
  tls: BOOLEAN,
  tlsCAFile: TEXT,
  userCertFile: TEXT,
  userKeyFile: TEXT,
  nodePreference: /^(leader|follower|random)$/,
  connectionName: TEXT,
  maxDiscoverAttempts: NUMBER,
  discoveryInterval: NUMBER,
  gossipTimeout: NUMBER,
  defaultDeadline: NUMBER,
  keepAliveInterval: NUMBER,
  keepAliveTimeout: NUMBER,
};

/** Whether a text means to be the address of an EventStoreDB, however well it is written. */
export function isEventStore(text: string): boolean {
  return /^esdb(\+discover)?:/.test(text);
}

/** What is wrong with an address, in words that tell nothing of its user and password. */
export function mistakeIn(url: string): string | undefined {
  const match = ADDRESS.exec(url);
  if (match === null) {
    return (
      'must be such as esdb://<user>:<password>@<host>:2113?tls=true&tlsCAFile=<file>, with ' +
      'other characters than letters and digits in user and password written as %3A and so on'
    );
  }
  for (const option of match[5]?.split('&') ?? []) {
    const [name = '', value = ''] = option.split(/=(.*)/s);
    if (name === 'tlsVerifyCert') {
      return (
        'cannot have tlsVerifyCert, of which the client takes no notice: name the certificate ' +
        'of the authority that the servers have theirs from, with tlsCAFile'
      );
    }
    const known = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (known === undefined) {
      return `has an option that is not one of ${Object.keys(OPTIONS).join(', ')}`;
    }
    if (!known.test(value)) return `has a value of ${name} that the client does not take`;
  }
  return undefined;
}

/** Reads an address that has no mistake. */
export function eventStoreAt(url: string): EventStoreAddress {
  const [, scheme, , , hosts, options] = ADDRESS.exec(url)!;
  const shown = `${scheme}${hosts}`;
  return { url, shown, withoutUser: options === undefined ? shown : `${shown}?${options}` };
}

type User = { readonly name: string; readonly password: string };

export type AddressParts = {
  readonly user: User | undefined;
  readonly hosts: readonly string[];
  /** Whether it is spoken to by TLS, as it is unless the address says otherwise. */
  readonly secure: boolean;
  /** The same address for another user. */
  readonly as: (user: User) => string;
};

/** Takes an address that has no mistake apart. */
export function partsOf(url: string): AddressParts {
  const [, scheme, name, password, hosts, options] = ADDRESS.exec(url)!;
  const user =
    name === undefined
      ? undefined
      : { name: decodeURIComponent(name), password: decodeURIComponent(password!) };
  return {
    user,
    hosts: hosts!.split(',').map((host) => (host.includes(':') ? host : `${host}:2113`)),
    secure: !options?.split('&').includes('tls=false'),
    as: (other) => {
      const both = [other.name, other.password].map(encodeURIComponent).join(':');
      return `${scheme}${both}@${hosts}${options === undefined ? '' : `?${options}`}`;
    },
  };
}
