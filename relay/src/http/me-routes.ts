import { Hono } from 'hono';
import { ParleyError, type Me } from '@parley/shared';
import { type AccountTerms, endCalls } from '../people/accounts/account-terms.ts';
import { attachment } from '../people/accounts/export/export-file.ts';
import type { Authenticator, Identity } from '../people/auth/identity.ts';
import type { SessionCreator } from '../call/session/session-creator.ts';
import type { SessionRegistry } from '../call/session/session-registry.ts';
import type { Storage, UserStore } from '../keeping/storage/storage.ts';
import type { OtherRelays } from '../replicas/other-relays.ts';
import { identified, type IdentifiedEnv } from './requests.ts';

/** Before anything was kept. */
const FIRST_DAY = '1970-01-01';

const PAGE = 100;

export interface MeRoutesOptions {
  readonly authenticator: Authenticator;
  readonly terms: AccountTerms;
  readonly storage: Storage;
  readonly registry: Pick<SessionRegistry, 'ofUser'>;
  readonly sessions: Pick<SessionCreator, 'endAll'>;
  /** undefined: this relay is the only one. */
  readonly others?: OtherRelays | undefined;
  /** Refuses the tokens that this person has. */
  readonly signOut: (identity: Identity) => void;
}

/**
 * What a person may know of their account, and do about it, below `/api/v1/me`.
 *
 * - `GET /` says who they are, and what they may
 * - `GET /export` is all that is kept of them, `DELETE /` deletes it
 * - `GET /sessions` lists their calls that run now, `DELETE /sessions/:id` ends one
 */
export function meRoutes(options: MeRoutesOptions): Hono<IdentifiedEnv> {
  const { authenticator, terms, storage, registry, sessions, others, signOut } = options;
  const app = new Hono<IdentifiedEnv>();
  app.use(identified(authenticator));

  app.get('/', (c) => c.json(meOf(c.var.identity, terms)));

  app.get('/export', async (c) => {
    const { identity } = c.var;
    const now = new Date();
    const pieces = userExport(storage.asUser(identity), meOf(identity, terms), now);
    // An export that cannot be read at all is answered with a status of its own.
    const first = await pieces.next();
    c.header('Content-Type', 'application/json');
    const name = `parley ${now.toISOString().slice(0, 10)}`;
    c.header('Content-Disposition', attachment(name, 'json'));
    return c.body(bytesOf(first.value ?? '', pieces));
  });

  app.delete('/', async (c) => {
    const { identity } = c.var;
    const calls = registry.ofUser(identity.userId);
    sessions.endAll(identity.userId, 'signedOut');
    await Promise.all([
      endCalls(calls, 'signedOut'),
      others?.end({ userId: identity.userId, reason: 'signedOut', waits: true }),
    ]);
    await storage.asUser(identity).removeEverything();
    signOut(identity);
    return c.body(null, 204);
  });

  app.get('/sessions', async (c) => {
    const { userId } = c.var.identity;
    const own = registry.ofUser(userId).map(({ summary }) => summary);
    return c.json({ sessions: [...own, ...((await others?.callsOf(userId)) ?? [])] });
  });

  app.delete('/sessions/:id', async (c) => {
    const { userId } = c.var.identity;
    const sessionId = c.req.param('id');
    const call = registry.ofUser(userId).find(({ id }) => id === sessionId);
    call?.close('endedElsewhere');
    const isEnded =
      call !== undefined ||
      (await others?.end({ userId, sessionId, reason: 'endedElsewhere' })) === true;
    if (!isEnded) throw new ParleyError('not_found');
    return c.body(null, 204);
  });

  return app;
}

function meOf(identity: Identity, terms: AccountTerms): Me {
  const { userId, kind, role, plan } = identity;
  const { leftUsd, endsAtMs } = terms.spendingOf(identity);
  return {
    user_id: userId,
    kind,
    role,
    plan,
    limits: terms.limitsOf(identity),
    day_left_usd: leftUsd,
    day_ends_at: new Date(endsAtMs).toISOString(),
    storage: terms.storage,
  };
}

/** Asked for piece by piece, as fast as the client takes it in. */
function bytesOf(first: string, rest: AsyncGenerator<string, void>): ReadableStream {
  const encoder = new TextEncoder();
  async function* pieces() {
    yield encoder.encode(first);
    for await (const piece of rest) yield encoder.encode(piece);
  }
  return ReadableStream.from(pieces());
}

/**
 * Everything that is kept of a person, as one JSON document in pieces: a conversation at a time, so
 * that neither memory nor other calls suffer from how much it is.
 *
 * @throws ParleyError `storage_unavailable`; before the first piece, unless it is lost on the way
 */
async function* userExport(store: UserStore, user: Me, now: Date): AsyncGenerator<string, void> {
  const exportedAt = now.toISOString();
  const usage = await store.usage({ from: FIRST_DAY, to: exportedAt.slice(0, 10) });
  const head = JSON.stringify({ exported_at: exportedAt, user, usage });
  let page = await store.conversations({ limit: PAGE });
  yield `${head.slice(0, -1)},"conversations":[`;
  for (let separator = '\n'; ;) {
    for (const { id } of page.conversations) {
      const conversation = await store.conversation(id);
      // The conversation may have been deleted meanwhile.
      if (conversation === undefined) continue;
      yield separator + JSON.stringify(conversation);
      separator = ',\n';
    }
    if (page.next === null) break;
    page = await store.conversations({ limit: PAGE, before: page.next });
  }
  yield '\n]}\n';
}
