import t from 'tap';
import { Holds } from '../../projections/holds.ts';

import { bookOf, did } from '../support/given.ts';
import { book, cancel } from '../support/booked.ts';
import { brought, NEXT, PARTNER, wallet, world } from '../support/past.ts';

const AT = { at: '2026-06-10T08:00:00.000Z' };
const FAR = 200_000;

t.test('bookings', async (t) => {
  const { stream } = bookOf([
    ...world(),
    brought(wallet('asha'), '10'),
    did(book('asha', '4', { reference: 'trip-1' }), PARTNER, AT),
    did(book('asha', '3'), PARTNER, AT),
    did(cancel(NEXT + 1), PARTNER, AT),
  ]);
  const holds = new Holds();
  const [first, second, end] = stream.slice(NEXT + 1);
  holds.apply(first!);
  t.equal(holds.endOf(NEXT + 1), undefined, 'have no end while they are open');
  holds.apply(second!);
  t.equal(holds.heldOf(wallet('asha')), 700, 'hold what they hold together');
  holds.apply(end!);
  holds.apply(end!);
  t.equal(holds.heldOf(wallet('asha')), 300, 'until they end, once');
  t.same(
    [...holds.open()].map(({ revision }) => revision),
    [NEXT + 2],
    'and the others are open',
  );
  t.equal(holds.endOf(NEXT + 1), NEXT + 3, 'with the event that ended it');
  holds.apply({ revision: FAR, event: first!.event });
  t.equal(holds.endOf(FAR), undefined, 'however far on the stream is');
});
