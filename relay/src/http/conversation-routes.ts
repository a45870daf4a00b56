import { Hono, type Context } from 'hono';
import { z } from 'zod';
import {
  conversationsQuerySchema,
  EXPORT_FORMATS,
  ParleyError,
  renameRequestSchema,
} from '@parley/shared';
import { endCalls } from '../people/accounts/account-terms.ts';
import { attachment, exportFile } from '../people/accounts/export/export-file.ts';
import type { Authenticator } from '../people/auth/identity.ts';
import type { RecordingReader } from '../keeping/recordings/recording-reader.ts';
import type { Recordings } from '../keeping/recordings/recordings.ts';
import type { SessionRegistry } from '../call/session/session-registry.ts';
import type { Storage } from '../keeping/storage/storage.ts';
import type { OtherRelays } from '../replicas/other-relays.ts';
import { byteRange } from './byte-range.ts';
import { bodyOf, identified, queryOf, type IdentifiedEnv } from './requests.ts';

/** As the relay makes them; anything else cannot be one. */
const ID = '/:id{conv_[\\w-]{1,40}}';

/** The latest that was recorded if none is named. */
const recordingQuerySchema = z.object({ session_id: z.string().max(64).optional() });

const exportQuerySchema = z.object({ format: z.enum(EXPORT_FORMATS).default('text') });

export interface ConversationRoutesOptions {
  readonly authenticator: Authenticator;
  readonly storage: Storage;
  readonly registry: Pick<SessionRegistry, 'ofUser'>;
  /** undefined: this relay is the only one. */
  readonly others?: Pick<OtherRelays, 'end'> | undefined;
  readonly recordings: Pick<Recordings, 'read'>;
}

/**
 * A person's conversations, below `/api/v1/conversations`. Those of others are not found, like
 * those that do not exist.
 */
export function conversationRoutes(options: ConversationRoutesOptions): Hono<IdentifiedEnv> {
  const { authenticator, storage, registry, others, recordings } = options;
  const app = new Hono<IdentifiedEnv>();
  app.use(identified(authenticator));

  app.get('/', async (c) => {
    const query = queryOf(c, conversationsQuerySchema);
    return c.json(await storage.asUser(c.var.identity).conversations(query));
  });

  app.get(ID, async (c) => {
    const store = storage.asUser(c.var.identity);
    return c.json(found(await store.conversation(c.req.param('id'))));
  });

  app.patch(ID, async (c) => {
    const { title } = await bodyOf(c, renameRequestSchema);
    const store = storage.asUser(c.var.identity);
    if (!(await store.rename(c.req.param('id'), title))) throw new ParleyError('not_found');
    return c.body(null, 204);
  });

  app.delete(ID, async (c) => {
    const id = c.req.param('id');
    const { identity } = c.var;
    const { userId } = identity;
    const calls = registry.ofUser(userId);
    await Promise.all([
      endCalls(
        calls.filter(({ summary }) => summary.conversation_id === id),
        'endedElsewhere',
      ),
      others?.end({ userId, conversationId: id, reason: 'endedElsewhere', waits: true }),
    ]);
    if (!(await storage.asUser(identity).remove(id))) throw new ParleyError('not_found');
    return c.body(null, 204);
  });

  app.get(`${ID}/export`, async (c) => {
    const { format } = queryOf(c, exportQuerySchema);
    const store = storage.asUser(c.var.identity);
    const file = exportFile(found(await store.conversation(c.req.param('id'))), format);
    c.header('Content-Type', file.contentType);
    c.header('Content-Disposition', file.contentDisposition);
    return c.body(file.body);
  });

  app.get(`${ID}/recording`, async (c) => {
    const { session_id: sessionId } = queryOf(c, recordingQuerySchema);
    const store = storage.asUser(c.var.identity);
    const { sessions } = found(await store.conversation(c.req.param('id')));
    const session = sessions.findLast(({ id, has_recording }) =>
      sessionId === undefined ? has_recording : id === sessionId,
    );
    const reader = await recordings.read(found(session).id).catch(() => undefined);
    return sendRecording(c, found(reader), `call ${found(session).started_at.slice(0, 10)}`);
  });

  return app;
}

function sendRecording(c: Context, reader: RecordingReader, name: string): Response {
  // A recording may grow meanwhile, so a part of it is never said to be of the same file.
  const header = c.req.header('if-range') === undefined ? c.req.header('range') : undefined;
  const range = byteRange(header, reader.bytes);
  c.header('Accept-Ranges', 'bytes');
  if (range === 'beyond') {
    c.header('Content-Range', `bytes */${reader.bytes}`);
    return c.body(null, 416);
  }
  const { start, end } = range === 'whole' ? { start: 0, end: reader.bytes } : range;
  c.header('Content-Type', 'audio/wav');
  c.header('Content-Disposition', attachment(name, 'wav'));
  c.header('Content-Length', String(end - start));
  if (range !== 'whole') c.header('Content-Range', `bytes ${start}-${end - 1}/${reader.bytes}`);
  return c.body(ReadableStream.from(reader.read(start, end)), range === 'whole' ? 200 : 206);
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new ParleyError('not_found');
  return value;
}
