import type { HttpBindings } from '@hono/node-server';
import { Hono, type HonoRequest } from 'hono';
import { API_PATHS, createSessionRequestSchema } from '@parley/shared';
import {
  EarlierConversations,
  type EarlierConversationsOptions,
} from '../people/accounts/earlier-conversations.ts';
import type { Config } from '../base/config/config.ts';
import type { Identity } from '../people/auth/identity.ts';
import { relayUrl } from '@parley/shared/page-paths';
import type { SignIn } from '../people/auth/sign-in.ts';
import type { CallObservers } from '../call/events/call-observers.ts';
import type { SessionCreator } from '../call/session/session-creator.ts';
import type { Stages } from '../call/stages/stages.ts';
import { basePathOf } from './base-path.ts';
import { bodyOf } from './requests.ts';
import { ownOrigins } from './secure-transport.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** In this order: most browsers also name those that they descend from. */
const BROWSERS: readonly (readonly [name: string, mark: RegExp])[] = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Opera', /\b(OPR|OPiOS|Opera)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS|HeadlessChrome|Chromium)\//],
  ['Safari', /\bVersion\/.*\bSafari\//],
];

const SYSTEMS: readonly (readonly [name: string, mark: RegExp])[] = [
  ['Android', /\bAndroid\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
];

export interface SessionRoutesOptions extends EarlierConversationsOptions {
  readonly signIn: Pick<SignIn, 'identify'>;
  readonly sessions: Pick<SessionCreator, 'create' | 'budgetBefore'>;
  readonly observers: CallObservers;
  /** The stages of this person's calls. @throws ParleyError `plan_excludes` */
  readonly providersOf: (identity: Identity) => Stages;
  readonly proxies: TrustedProxies;
  readonly config: Pick<Config, 'allowedOrigins' | 'publicUrl'>;
}

/** `POST /api/v1/sessions`: a call, and the ticket for its WebSocket. */
export function sessionRoutes(options: SessionRoutesOptions): Hono<{ Bindings: HttpBindings }> {
  const { signIn, sessions, observers, proxies, config } = options;
  const conversations = new EarlierConversations(options);
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post(API_PATHS.sessions, async (c) => {
    const authorization = c.req.header('authorization');
    const identity = await signIn.identify(authorization);
    const request = await bodyOf(c, createSessionRequestSchema);
    const client = clientName(c.req.header('user-agent'));
    const address = proxies.clientAddress(c.env.incoming);
    const { conversation_id: id, time_zone: timeZone = 'UTC' } = request;
    const earlier = id === undefined ? undefined : await conversations.load(identity, id);
    // A body may take its time, and so may the storage: time enough to sign out in.
    await signIn.identify(authorization);
    const created = await sessions.create({ identity, client, address }, request, earlier);
    if (earlier !== undefined) {
      const { session_id: sessionId } = created;
      const emit = observers.emitterOf(sessionId, identity.userId);
      const { generator } = options.providersOf(identity);
      using budget = sessions.budgetBefore(sessionId, { identity, address });
      await conversations.shorten(earlier, { sessionId, timeZone, generator, emit, budget });
    }
    return c.json(
      {
        ...created,
        ws_url: realtimeUrl(
          config,
          c.req,
          ownOrigins(c.env.incoming, config.allowedOrigins, proxies),
        ),
      },
      201,
    );
  });
  return app;
}

/**
 * Where the client's WebSocket goes. The relay's own page may connect to no origin but its own
 * (`connect-src 'self'`), by any of the relay's names.
 */
function realtimeUrl(
  { publicUrl }: Pick<Config, 'publicUrl'>,
  request: HonoRequest,
  own: readonly string[],
): string {
  const origin = request.header('origin');
  const isOwnPage =
    origin !== undefined &&
    // A proxy may have put another `Host` in, but browsers send it too, if they trust the origin.
    (own.includes(origin) || request.header('sec-fetch-site') === 'same-origin');
  const { origin: host } = new URL(isOwnPage ? origin : (publicUrl ?? request.url));
  return relayUrl(host.replace(/^http/, 'ws') + basePathOf(publicUrl), API_PATHS.realtime);
}

/**
 * The program that sends a request, in a word or two: `Chrome on Android`.
 *
 * @param userAgent - the header; what another program than a browser says of itself up to its version
 */
export function clientName(userAgent: string | undefined): string {
  const text = userAgent?.slice(0, 400) ?? '';
  const find = (table: typeof BROWSERS) => table.find(([, mark]) => mark.test(text))?.[0];
  const browser = find(BROWSERS);
  const system = find(SYSTEMS);
  if (browser !== undefined) return system === undefined ? browser : `${browser} on ${system}`;
  return /^[\w.-]{1,40}/.exec(text)?.[0] ?? 'unknown';
}
