import type { z } from 'zod';
import { accessPage, accessRevokedAnswer } from '../../../schemas/http/access.ts';
import { accessIdSchema } from '../../../schemas/ids.ts';
import { clientFrom, newKey } from '../client.ts';
import { SERVICE_OPTIONS, type Command } from '../command.ts';
import { table } from '../table.ts';

const PAGE_ITEMS = 500;

export const accessRevoke: Command = {
  words: 'access revoke',
  summary: 'revoke an access: its key stops working at once',
  operands: ['access'],
  about: 'The access is named by its id, acc_…, as access list shows it. It cannot be undone.',
  options: SERVICE_OPTIONS,
  examples: ['timecredits access revoke acc_0123456789abcdef'],
  async run(given, io) {
    const id = given.operand(0, accessIdSchema);
    const client = clientFrom(given, io);
    const path = `/v1/access/${id}/revocation`;
    const { body } = await client.post(path, {}, newKey(io), accessRevokedAnswer);
    return {
      text: [`Revoked ${body.accessId}, at revision ${body.revision}. Its key no longer works.`],
      json: body,
    };
  },
};

export const accessList: Command = {
  words: 'access list',
  summary: 'list every access, also those revoked; never their keys',
  about: 'Shows who may do what: the id, role and label of every access, and for whom it is.',
  options: SERVICE_OPTIONS,
  examples: ['timecredits access list'],
  async run(given, io) {
    const client = clientFrom(given, io);
    const items: z.output<typeof accessPage>['items'] = [];
    let next: number | undefined = 0;
    while (next !== undefined) {
      const path = `/v1/access?limit=${PAGE_ITEMS}&after=${next}`;
      const page: z.output<typeof accessPage> = await client.get(path, accessPage);
      items.push(...page.items);
      ({ next } = page);
    }
    const rows = items.map((item) => [
      item.accessId,
      item.role,
      item.label,
      item.organisationId ?? '',
      item.expiresOn ?? '',
      item.revoked ? 'revoked' : '',
    ]);
    const headings = ['access', 'role', 'label', 'organisation', 'last day', ''];
    return { text: table(headings, rows), json: { items } };
  },
};
