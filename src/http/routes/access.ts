import {
  accessAnswer,
  accessBody,
  accessCreated,
  accessPage,
  accessParams,
  accessRevokedAnswer,
} from '../../../schemas/http/access.ts';
import { emptySchema, pageQuerySchema } from '../../../schemas/http/common.ts';
import { accessIn, ID_BYTES, keyHash, makeKey, SECRET_BYTES } from '../../../schemas/keys.ts';
import type { AccessItem } from '../../../projections/directory.ts';
import { pageOf } from '../lists.ts';
import { stop } from '../problems.ts';
import { eventOf, type Routes } from '../route.ts';

const TAG = 'Access';

export function accessRoutes(routes: Routes): void {
  const { random, projections } = routes.services;
  const { accesses } = projections.directory;
  const shown = ({ since: _, ...access }: AccessItem) => access;

  routes.write({
    url: '/v1/access',
    tag: TAG,
    summary: 'Grant an access; its key is shown once',
    command: 'GrantAccess',
    body: accessBody,
    answer: accessCreated,
    prepare: ({ body }) => {
      const key = makeKey(random(ID_BYTES), random(SECRET_BYTES));
      return {
        ask: { type: 'GrantAccess', accessId: accessIn(key)!, keyHash: keyHash(key), ...body },
        answer: ({ outcome, first, revision }) => {
          const event = eventOf(first, 'AccessGranted');
          const shownOnce = outcome === 'accepted' ? { key } : {};
          return { accessId: event.data.accessId, ...shownOnce, revision };
        },
      };
    },
  });

  routes.write({
    url: '/v1/access/:id/revocation',
    tag: TAG,
    summary: 'Revoke an access at once',
    command: 'RevokeAccess',
    params: accessParams,
    body: emptySchema,
    answer: accessRevokedAnswer,
    prepare: ({ params }) => ({
      ask: { type: 'RevokeAccess', accessId: params.id },
      answer: ({ first, revision }) => {
        const event = eventOf(first, 'AccessRevoked');
        return { accessId: event.data.accessId, revision };
      },
    }),
  });

  routes.read({
    url: '/v1/access',
    tag: TAG,
    summary: 'List accesses, also those revoked',
    policy: ['admin'],
    query: pageQuerySchema,
    answer: accessPage,
    handle: ({ query, request, reply }) =>
      pageOf(request, reply, [...accesses.values()], query, shown),
  });

  routes.read({
    url: '/v1/access/:id',
    tag: TAG,
    summary: 'Read one access',
    policy: ['admin'],
    params: accessParams,
    answer: accessAnswer,
    handle: ({ params: { id } }) => {
      const found = accesses.get(id);
      return found === undefined ? stop('access_not_found', { id }) : shown(found);
    },
  });
}
