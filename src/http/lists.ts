import type { FastifyReply, FastifyRequest } from 'fastify';

const PAGE_ITEMS = 100;

type PageQuery = { readonly after?: number | undefined; readonly limit?: number | undefined };

/** How many items a page has where nobody says. */
export function limitOf({ limit }: PageQuery): number {
  return limit ?? PAGE_ITEMS;
}

/**
 * One page of a list that only ever grows, so that a position in it is a cursor that stays good.
 */
export function pageOf<T, R>(
  request: FastifyRequest,
  reply: FastifyReply,
  list: readonly T[],
  query: PageQuery,
  show: (item: T) => R,
): { items: R[]; next?: number } {
  const start = query.after ?? 0;
  const end = start + limitOf(query);
  const items = list.slice(start, end).map(show);
  return end < list.length ? { items, ...linked(request, reply, end) } : { items };
}

/** The cursor of the next page, in the body and as an RFC 8288 link. */
export function linked(
  request: FastifyRequest,
  reply: FastifyReply,
  next: number,
): { next: number } {
  const url = new URL(request.url, 'http://ledger.invalid');
  url.searchParams.set('after', String(next));
  reply.header('link', `<${url.pathname}${url.search}>; rel="next"`);
  return { next };
}
