import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import type { SignIn } from '../../people/auth/sign-in.ts';
import { newId } from '../../base/lib/ids.ts';
import { bodyOf } from '../../http/requests.ts';
import { invalid, refuseFault, RequestFault } from './errors.ts';
import { configOf, REALTIME_PATH, sessionUpdateSchema } from './realtime-session.ts';

const CLIENT_SECRETS_PATH = `${REALTIME_PATH}/client_secrets`;
export const MAX_SECRET_BODY_BYTES = { [CLIENT_SECRETS_PATH]: 32 * 1024 };
/** A secret travels in a header of the handshake. */
const MAX_SESSION_CHARACTERS = 6_000;

/** OpenAI's bounds. */
const requestSchema = z.object({
  session: sessionUpdateSchema.default({}),
  expires_after: z
    .object({ anchor: z.literal('created_at').optional(), seconds: z.int().min(10).max(7_200) })
    .default({ seconds: 600 }),
});

export interface RealtimeRoutesOptions {
  readonly signIn: Pick<SignIn, 'identify' | 'clientSecrets'>;
}

/** `POST /v1/realtime/client_secrets`: a key for a page, which is to have no better one. */
export function realtimeRoutes({
  signIn,
}: RealtimeRoutesOptions): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError((error, c) => {
    if (error instanceof RequestFault) return refuseFault(c, error);
    throw error;
  });
  app.post(CLIENT_SECRETS_PATH, async (c) => {
    const identity = await signIn.identify(c.req.header('authorization'));
    const { session, expires_after: expiry } = await bodyOf(c, requestSchema);
    const text = JSON.stringify(session);
    if (text.length > MAX_SESSION_CHARACTERS) {
      const most = `The session may have ${MAX_SESSION_CHARACTERS} characters here.`;
      throw invalid('session', `${most} Send the rest with session.update.`);
    }
    const { value, expiresAtS } = await signIn.clientSecrets.issue(identity, text, expiry.seconds);
    const config = configOf(session);
    const names = { id: newId('sess'), expiresAtS: 0 };
    return c.json({ value, expires_at: expiresAtS, session: config.describe(names) });
  });
  return app;
}
