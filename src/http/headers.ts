/**
 * The header fields that every answer has, until something more exact is said of it: an answer
 * may hold a key or what is somebody's alone, so nobody on the way keeps it, and no browser
 * takes it for anything but what it says it is.
 */
export function commonHeaders(network: string): Readonly<Record<string, string>> {
  return {
    'ledger-network': network,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
}
