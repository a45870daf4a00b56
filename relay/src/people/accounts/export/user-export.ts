import type { Me } from '@parley/shared';
import type { UserStore } from '../../../keeping/storage/storage.ts';

/** Before anything was kept. */
const FIRST_DAY = '1970-01-01';
const PAGE = 100;

/**
 * Everything that is kept of a person, as one JSON document in pieces: a conversation at a time, so
 * that neither memory nor other calls suffer from how much it is.
 *
 * @throws ParleyError `storage_unavailable`; before the first piece, unless it is lost on the way
 */
export async function* userExport(
  store: UserStore,
  user: Me,
  now: Date,
): AsyncGenerator<string, void> {
  const exportedAt = now.toISOString();
  const usage = await store.usage({ from: FIRST_DAY, to: exportedAt.slice(0, 10) });
  const head = JSON.stringify({ exported_at: exportedAt, user, usage });
  let page = await store.conversations({ limit: PAGE });
  yield `${head.slice(0, -1)},"conversations":[`;
  for (let separator = '\n'; ;) {
    for (const { id } of page.conversations) {
      const conversation = await store.conversation(id);
      // It may have been deleted meanwhile.
      if (conversation === undefined) continue;
      yield separator + JSON.stringify(conversation);
      separator = ',\n';
    }
    if (page.next === null) break;
    page = await store.conversations({ limit: PAGE, before: page.next });
  }
  yield '\n]}\n';
}
