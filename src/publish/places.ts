import type { Fetch } from './ask.ts';
import { folderAt } from './folder.ts';
import { mailboxOf, type Post } from './mail.ts';
import type { Places } from './publish.ts';
import { urlAt } from './web.ts';
import type { Witness } from './witness.ts';

/** The places that settings name, or who types them in. */
export type Named = {
  readonly folders: readonly string[];
  readonly urls: readonly string[];
  readonly mailboxes: readonly string[];
  /** Needed where there are mailboxes. */
  readonly post: Post | undefined;
  readonly witnesses: readonly Witness[];
};

/**
 * The places by their names. A mailbox is called by its number, since logs name nobody, unless who
 * typed its address in is told.
 */
export function placesOf(
  named: Named,
  fetch: Fetch,
  called = (_address: string, index: number) => `mailbox ${index + 1}`,
): Places {
  const { folders, urls, mailboxes, post, witnesses } = named;
  const mail = mailboxes.map((to, index) => {
    if (post === undefined) throw new TypeError('mailboxes need a server that takes mail');
    return mailboxOf(to, called(to, index), post);
  });
  const destinations = [...folders.map(folderAt), ...urls.map((url) => urlAt(url, fetch)), ...mail];
  return { witnesses, destinations };
}
