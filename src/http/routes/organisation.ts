import {
  organisationAnswer,
  organisationBody,
  organisationCreated,
  organisationPage,
  organisationParams,
} from '../../../schemas/http/organisation.ts';
import { pageQuerySchema } from '../../../schemas/http/common.ts';
import type { OrganisationItem } from '../../../projections/directory.ts';
import { callerIn, type Caller } from '../authentication.ts';
import { pageOf } from '../lists.ts';
import { stop } from '../problems.ts';
import { eventOf, type Routes } from '../route.ts';
import { restShown, sees } from '../visibility.ts';

const TAG = 'Organisations';

export function organisationRoutes(routes: Routes): void {
  const { directory } = routes.services.projections;
  const shown =
    (caller: Caller) =>
    ({ organisationId, name, roles, state, potTo }: OrganisationItem) => ({
      organisationId,
      name,
      roles: [...roles],
      state,
      potTo: restShown(directory, caller, potTo),
    });

  routes.write({
    url: '/v1/organisations',
    tag: TAG,
    summary: 'Register an earn group, a spend partner, or both in one',
    command: 'RegisterOrganisation',
    body: organisationBody,
    answer: organisationCreated,
    prepare: ({ body }) => ({
      ask: { type: 'RegisterOrganisation', ...body },
      answer: ({ first, revision }) => {
        const event = eventOf(first, 'OrganisationRegistered');
        return { organisationId: event.data.organisationId, revision };
      },
    }),
  });

  routes.read({
    url: '/v1/organisations',
    tag: TAG,
    summary: 'List organisations: your own, or all of them',
    policy: ['admin', 'auditor', 'coordinator', 'partner'],
    query: pageQuerySchema,
    answer: organisationPage,
    handle: ({ query, request, reply }) => {
      const caller = callerIn(request);
      const all = [...directory.organisations.values()];
      const own = all.filter(({ organisationId }) => sees(caller, organisationId));
      return pageOf(request, reply, own, query, shown(caller));
    },
  });

  routes.read({
    url: '/v1/organisations/:id',
    tag: TAG,
    summary: 'Read one organisation',
    policy: ['admin', 'auditor', 'coordinator', 'partner'],
    params: organisationParams,
    answer: organisationAnswer,
    handle: ({ params: { id }, request }) => {
      const caller = callerIn(request);
      const found = directory.organisations.get(id);
      if (found === undefined || !sees(caller, id)) {
        return stop('organisation_not_found', { id });
      }
      return shown(caller)(found);
    },
  });
}
