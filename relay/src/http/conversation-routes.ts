import { Hono } from 'hono';
import { z } from 'zod';
import {
  conversationsQuerySchema,
  EXPORT_FORMATS,
  ParleyError,
  renameRequestSchema,
} from '@parley/shared';
import { exportFile } from '../accounts/export/export-file.ts';
import type { Authenticator } from '../auth/identity.ts';
import type { SessionRegistry } from '../session/session-registry.ts';
import type { Storage } from '../storage/storage.ts';
import { bodyOf, identified, queryOf, type IdentifiedEnv } from './requests.ts';

/** As the relay makes them; anything else cannot be one. */
const ID = '/:id{conv_[\\w-]{1,40}}';

const exportQuerySchema = z.object({ format: z.enum(EXPORT_FORMATS).default('text') });

export interface ConversationRoutesOptions {
  readonly authenticator: Authenticator;
  readonly storage: Storage;
  readonly registry: Pick<SessionRegistry, 'ofUser'>;
}

/**
 * A person's conversations, below `/api/v1/conversations`. Those of others are not found, like
 * those that there are not.
 */
export function conversationRoutes(options: ConversationRoutesOptions): Hono<IdentifiedEnv> {
  const { authenticator, storage, registry } = options;
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
    for (const session of registry.ofUser(identity.userId)) {
      // What is still said in it would bring it back.
      if (session.summary.conversation_id === id) session.close('endedElsewhere');
    }
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

  return app;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new ParleyError('not_found');
  return value;
}
