import { pageQuerySchema } from '../../../schemas/http/common.ts';
import {
  venueAnswer,
  venueBody,
  venueCreated,
  venuePage,
  venueParams,
} from '../../../schemas/http/venue.ts';
import type { VenueItem } from '../../../projections/directory.ts';
import { callerIn } from '../authentication.ts';
import { pageOf } from '../lists.ts';
import { stop } from '../problems.ts';
import { eventOf, type Routes } from '../route.ts';
import { sees } from '../visibility.ts';

const TAG = 'Venues';

export function venueRoutes(routes: Routes): void {
  const { directory } = routes.services.projections;
  const shown = ({ since: _, ...venue }: VenueItem) => venue;

  routes.write({
    url: '/v1/venues',
    tag: TAG,
    summary: 'Register a venue of a spend partner, which has a till',
    command: 'RegisterVenue',
    body: venueBody,
    answer: venueCreated,
    prepare: ({ body }) => ({
      ask: { type: 'RegisterVenue', ...body },
      answer: ({ first, revision }) => {
        const event = eventOf(first, 'VenueRegistered');
        return { venueId: event.data.venueId, revision };
      },
    }),
  });

  routes.read({
    url: '/v1/venues',
    tag: TAG,
    summary: 'List venues: your own, or all of them',
    policy: ['admin', 'auditor', 'partner'],
    query: pageQuerySchema,
    answer: venuePage,
    handle: ({ query, request, reply }) => {
      const caller = callerIn(request);
      const all = [...directory.venues.values()];
      const own = all.filter(({ organisationId }) => sees(caller, organisationId));
      return pageOf(request, reply, own, query, shown);
    },
  });

  routes.read({
    url: '/v1/venues/:id',
    tag: TAG,
    summary: 'Read one venue',
    policy: ['admin', 'auditor', 'partner'],
    params: venueParams,
    answer: venueAnswer,
    handle: ({ params: { id }, request }) => {
      const found = directory.venues.get(id);
      if (found === undefined || !sees(callerIn(request), found.organisationId)) {
        return stop('venue_not_found', { id });
      }
      return shown(found);
    },
  });
}
