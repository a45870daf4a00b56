import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { API_PATHS, guestRequestSchema, ParleyError, type AuthOptions } from '@parley/shared';
import type { Identity } from '../people/auth/identity.ts';
import type { SignIn } from '../people/auth/sign-in.ts';
import type { Config } from '../base/config/config.ts';
import { isLoopback } from '../base/lib/network-address.ts';
import type { Limiter } from '../people/limits/limiter.ts';
import type { SessionCreator } from '../call/session/session-creator.ts';
import type { OtherRelays } from '../replicas/other-relays.ts';
import { bodyOf } from './requests.ts';
import { isPublicHost } from './secure-transport.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

export interface SignInRoutesOptions {
  readonly signIn: SignIn;
  /** Refuses the tokens that this person has, and ends their calls. */
  readonly signOut: (identity: Identity) => void;
  readonly sessions: Pick<SessionCreator, 'renew'>;
  /** undefined: this relay is the only one. */
  readonly others?: Pick<OtherRelays, 'renew'> | undefined;
  readonly limiter: Pick<Limiter, 'check' | 'count' | 'take'>;
  readonly proxies: TrustedProxies;
  readonly config: Pick<Config, 'auth' | 'log' | 'publicUrl'>;
}

/** How a person signs in and out, and stays signed in during a call. */
export function signInRoutes(options: SignInRoutesOptions): Hono<{ Bindings: HttpBindings }> {
  const { signIn, signOut, sessions, others, limiter, proxies, config } = options;
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.get(API_PATHS.auth, (c) => c.json(authOptions(config, isSecure(c.env.incoming, options))));

  app.post(API_PATHS.guest, async (c) => {
    const { access_code: code } = await bodyOf(c, guestRequestSchema);
    const address = proxies.clientAddress(c.env.incoming);
    // The right one too: if only wrong codes were refused, the refusal would show which are.
    await limiter.check('address-wrong-access-codes', address);
    await limiter.take('address-guest-sign-ins', address);
    const known = c.req.header('authorization');
    // A proxy may ask for a password of its own, which comes in the same header.
    if (known !== undefined && /^bearer\s+\S/i.test(known))
      return c.json(answerOf(await signIn.renewedGuest(known)));
    const guest = await signIn.guest(code).catch(async (error: unknown) => {
      const isWrong = error instanceof ParleyError && error.code === 'access_code_wrong';
      // Clients ask without a code first, to learn that there is one.
      if (isWrong && code !== undefined) await limiter.count('address-wrong-access-codes', address);
      throw error;
    });
    return c.json(answerOf(guest));
  });

  app.post(API_PATHS.signOut, async (c) => {
    signOut(await signIn.identify(c.req.header('authorization')));
    return c.body(null, 204);
  });

  app.post(API_PATHS.sessionToken, async (c) => {
    const identity = await signIn.identify(c.req.header('authorization'));
    const id = c.req.param('id');
    const isRenewed = sessions.renew(id, identity) || (await others?.renew(id, identity)) === true;
    if (!isRenewed) throw new ParleyError('not_found');
    return c.body(null, 204);
  });

  return app;
}

function answerOf({ token, expiresInS }: Awaited<ReturnType<SignIn['guest']>>) {
  return { token, expires_in_s: expiresInS };
}

function authOptions(
  { auth, log: { pageSentry } }: SignInRoutesOptions['config'],
  is_secure: boolean,
): AuthOptions {
  const { supabase, accounts, clientId } = auth;
  return {
    guests: auth.allowsGuests,
    access_code: auth.allowsGuests && auth.accessCode !== undefined,
    supabase: supabase === undefined ? null : { url: supabase.url, anon_key: supabase.anonKey },
    oidc:
      accounts === undefined || supabase !== undefined || clientId === undefined
        ? null
        : { issuer: accounts.issuer, client_id: clientId },
    is_secure,
    ...(pageSentry && { error_reports: { dsn: pageSentry.dsn } }),
  };
}

/** Whether others on the way can read along. A proxy that is not trusted is believed by its address. */
function isSecure(
  request: IncomingMessage,
  { proxies, config }: Pick<SignInRoutesOptions, 'proxies' | 'config'>,
): boolean {
  const protocol = proxies.protocol(request);
  if (protocol !== undefined) return protocol === 'https';
  return isLoopback(proxies.clientAddress(request)) || isPublicHost(request, config.publicUrl);
}
