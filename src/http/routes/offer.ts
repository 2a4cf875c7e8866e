import {
  offerAnswer,
  offerBody,
  offerCreated,
  offerPage,
  offerParams,
  offersQuery,
} from '../../../schemas/http/offer.ts';
import { emptySchema } from '../../../schemas/http/common.ts';
import type { OfferItem } from '../../../projections/directory.ts';
import { callerIn, type Caller } from '../authentication.ts';
import { pageOf } from '../lists.ts';
import { stop } from '../problems.ts';
import { eventOf, type Routes } from '../route.ts';
import { sees } from '../visibility.ts';

const TAG = 'Offers';

export function offerRoutes(routes: Routes): void {
  writes(routes);
  const { directory } = routes.services.projections;
  const shown = ({ terms, withdrawn }: OfferItem) => ({
    ...terms,
    state: withdrawn ? ('withdrawn' as const) : ('published' as const),
  });
  const seen = (caller: Caller, { terms }: OfferItem) =>
    sees(caller, directory.venues.get(terms.venueId)?.organisationId);

  routes.read({
    url: '/v1/offers',
    tag: TAG,
    summary: "List offers: your own venues', or all of them",
    policy: ['admin', 'auditor', 'partner'],
    query: offersQuery,
    answer: offerPage,
    handle: ({ query, request, reply }) => {
      const caller = callerIn(request);
      const own = [...directory.offers.values()].filter(
        (item) =>
          seen(caller, item) && (query.venueId ?? item.terms.venueId) === item.terms.venueId,
      );
      return pageOf(request, reply, own, query, shown);
    },
  });

  routes.read({
    url: '/v1/offers/:id',
    tag: TAG,
    summary: 'Read one offer',
    policy: ['admin', 'auditor', 'partner'],
    params: offerParams,
    answer: offerAnswer,
    handle: ({ params: { id }, request }) => {
      const found = directory.offers.get(id);
      if (found === undefined || !seen(callerIn(request), found)) {
        return stop('offer_not_found', { id });
      }
      return shown(found);
    },
  });
}

function writes(routes: Routes): void {
  routes.write({
    url: '/v1/offers',
    tag: TAG,
    summary: 'Publish what a venue gives for credits, and when',
    command: 'PublishOffer',
    body: offerBody,
    answer: offerCreated,
    prepare: ({ body }) => ({
      ask: { type: 'PublishOffer', ...body },
      answer: ({ first, revision }) => {
        const event = eventOf(first, 'OfferPublished');
        return { offerId: event.data.offerId, revision };
      },
    }),
  });

  routes.write({
    url: '/v1/offers/:id/withdrawal',
    tag: TAG,
    summary: 'Withdraw an offer; bookings made under it go on',
    command: 'WithdrawOffer',
    status: 200,
    params: offerParams,
    body: emptySchema,
    answer: offerCreated,
    prepare: ({ params: { id } }) => ({
      ask: { type: 'WithdrawOffer', offerId: id },
      answer: ({ revision }) => ({ offerId: id, revision }),
    }),
  });
}
