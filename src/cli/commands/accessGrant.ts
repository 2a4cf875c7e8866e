import { accessCreated } from '../../../schemas/http/access.ts';
import { memberIdSchema, organisationIdSchema, slugSchema } from '../../../schemas/ids.ts';
import { roleSchema } from '../../../schemas/roles.ts';
import { daySchema } from '../../../schemas/time.ts';
import { clientFrom, newKey } from '../client.ts';
import { DATA_OPTIONS, SERVICE_OPTIONS, type Command, type Report } from '../command.ts';
import { faulty, wrongUsage } from '../failure.ts';
import { grantOffline } from '../offline.ts';

export const accessGrant: Command = {
  words: 'access grant',
  summary: 'grant an access and show its key, once',
  about:
    'The roles are admin (the lead partner), coordinator (of one earn group), partner (one spend ' +
    'partner), auditor, commissioner and network. The key is shown once and kept nowhere: save ' +
    'it at once. If it is lost, revoke the access and grant another.\n' +
    'With --offline it is the way back in when every admin key is lost. Stop the service first: ' +
    'it works on the data itself, for the role admin alone, and needs no key. Where the stream ' +
    'is on EventStoreDB, stop one instance and give this the settings of that one.',
  options: {
    role: { value: 'ROLE', help: 'what the access is for' },
    label: {
      value: 'NAME',
      help: 'whose it is, in one word such as front-desk; no names of people',
    },
    organisation: { value: 'ORG', help: 'for a coordinator or partner: their organisation' },
    member: { value: 'MEMBER', help: "a coordinator's own member id, whom they may not credit" },
    'expires-on': { value: 'DAY', help: 'the last day on which the key works' },
    offline: { help: 'work on the data itself, with the service stopped' },
    ...SERVICE_OPTIONS,
    ...DATA_OPTIONS,
  },
  examples: [
    'timecredits access grant --role partner --organisation org_0123456789abcdef --label till-1',
    'timecredits access grant --role admin --offline',
  ],
  async run(given, io) {
    const role = given.requiredAs('role', roleSchema);
    const expiresOn = given.checked('expires-on', daySchema);
    if (given.flag('offline')) {
      const alien = ['organisation', 'member', 'url', 'key'].find((name) => given.text(name));
      if (alien !== undefined) throw wrongUsage(`--${alien} does not go with --offline.`);
      if (role !== 'admin') throw wrongUsage('--offline grants an access of the role admin alone.');
      const label = given.checked('label', slugSchema) ?? 'way-back-in';
      const granted = await grantOffline(given.text('data'), { label, expiresOn }, io);
      return reportOf(granted.accessId, granted.key, granted);
    }
    if (given.text('data') !== undefined) throw wrongUsage('--data goes with --offline alone.');
    const organisationId = given.checked('organisation', organisationIdSchema);
    const memberId = given.checked('member', memberIdSchema);
    const body = {
      role,
      label: given.requiredAs('label', slugSchema),
      ...(organisationId !== undefined && { organisationId }),
      ...(memberId !== undefined && { memberId }),
      ...(expiresOn !== undefined && { expiresOn }),
    };
    const client = clientFrom(given, io);
    const granted = await client.post('/v1/access', body, newKey(io), accessCreated);
    const { accessId, key } = granted.body;
    if (key === undefined) {
      throw faulty(
        'key_lost',
        `The access ${accessId} was granted, but the answer with its key was lost on the way. ` +
          `Revoke it (timecredits access revoke ${accessId}) and grant another.`,
      );
    }
    return reportOf(accessId, key, granted.body);
  },
};

function reportOf(accessId: string, key: string, json: object): Report {
  return {
    text: [
      `Granted ${accessId}. This key is shown once and kept nowhere; save it now:`,
      `  ${key}`,
    ],
    json,
  };
}
