import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { cors } from 'hono/cors';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';

const API = '/auth/v1';
/** From this version on, errors carry their code as `code`. */
const API_VERSION = '2024-01-01';
const ALGORITHM = 'ES256';
/** Two windows may renew with the same token in this time. */
const REUSE_MS = 10_000;

interface Person {
  readonly id: string;
  readonly email: string;
}

/** A code and a link that were e-mailed, or a service that sends its visitor back. */
interface Proof {
  readonly person: Person;
  readonly code: string;
  /** S256 of what only the browser that asked has (RFC 7636); null if it does without. */
  readonly challenge: string | null;
}

export interface SentEmail {
  readonly email: string;
  readonly code: string;
  readonly link: string;
}

export interface SupabaseAuthOptions {
  readonly tokenTtlS?: number;
}

/** The accounts of a Supabase project (GoTrue), as `@supabase/supabase-js` uses them, on a real socket. */
export interface SupabaseAuthSimulator extends AsyncDisposable {
  /** `SUPABASE_URL` */
  readonly url: string;
  readonly anonKey: string;
  readonly emails: readonly SentEmail[];
  /** Of those that were answered, as `POST /token?grant_type=…`. */
  readonly requests: readonly string[];
}

export async function startSupabaseAuth({
  tokenTtlS = 3_600,
}: SupabaseAuthOptions = {}): Promise<SupabaseAuthSimulator> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
  const jwk = { ...(await exportJWK(publicKey)), kid: 'simulated', alg: ALGORITHM, use: 'sig' };
  const anonKey = 'sb_publishable_simulated';
  const people = new Map<string, Person>();
  const proofs: Proof[] = [];
  const emails: SentEmail[] = [];
  const requests: string[] = [];
  const refreshTokens = new Map<string, Person>();
  /** When each was used, ms since 1970. */
  const usedAtMs = new Map<string, number>();
  const app = new Hono();
  const server = createServer(getRequestListener(app.fetch));
  const origin = () => `http://localhost:${(server.address() as AddressInfo).port}`;

  const personOf = (email: string): Person => {
    const person = people.get(email) ?? { id: randomUUID(), email };
    people.set(email, person);
    return person;
  };
  const prove = (person: Person, challenge: string | null): Proof => {
    const code = String(100_000 + people.size * 10_007 + proofs.length);
    const proof = { person, code, challenge };
    proofs.push(proof);
    return proof;
  };
  /** @returns the person, whose proof is used up */
  const redeem = (isRight: (proof: Proof) => boolean): Person | undefined => {
    const index = proofs.findIndex(isRight);
    return index === -1 ? undefined : proofs.splice(index, 1)[0]!.person;
  };
  const session = async ({ id, email }: Person) => {
    const nowS = Math.floor(Date.now() / 1_000);
    const refreshToken = randomBytes(9).toString('base64url');
    refreshTokens.set(refreshToken, { id, email });
    const appMetadata = { provider: 'email', providers: ['email'] };
    const accessToken = await new SignJWT({
      email,
      role: 'authenticated',
      app_metadata: appMetadata,
      user_metadata: {},
      session_id: randomUUID(),
    })
      .setProtectedHeader({ alg: ALGORITHM, kid: jwk.kid, typ: 'JWT' })
      .setIssuer(origin() + API)
      .setAudience('authenticated')
      .setSubject(id)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + tokenTtlS)
      .sign(privateKey);
    return {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: tokenTtlS,
      expires_at: nowS + tokenTtlS,
      refresh_token: refreshToken,
      user: {
        id,
        aud: 'authenticated',
        role: 'authenticated',
        email,
        app_metadata: appMetadata,
        user_metadata: {},
        created_at: new Date(nowS * 1_000).toISOString(),
      },
    };
  };
  const signedIn = async (c: Context): Promise<Person | undefined> => {
    const token = c.req.header('authorization')?.replace(/^Bearer /, '') ?? '';
    const verified = await jwtVerify(token, publicKey).catch(() => undefined);
    return [...people.values()].find(({ id }) => id === verified?.payload.sub);
  };

  app.use(cors({ origin: '*', exposeHeaders: ['x-supabase-api-version'] }));
  app.use(`${API}/*`, async (c, next) => {
    await next();
    const { pathname, search } = new URL(c.req.url);
    if (c.req.method !== 'OPTIONS')
      requests.push(`${c.req.method} ${pathname.slice(API.length)}${search}`);
  });
  app.get(`${API}/.well-known/jwks.json`, (c) => c.json({ keys: [jwk] }));
  app.get(`${API}/settings`, (c) =>
    c.req.header('apikey') === anonKey
      ? c.json({ external: { email: true, github: true, google: false, phone: false } })
      : refuse(c, 401, 'no_authorization', 'No API key found in request'),
  );
  app.post(`${API}/otp`, async (c) => {
    const { email, code_challenge: challenge = null } = await c.req.json<{
      email: string;
      code_challenge?: string | null;
    }>();
    if (!/^\S+@\S+$/.test(email)) {
      return refuse(
        c,
        400,
        'validation_failed',
        'Unable to validate email address: invalid format',
      );
    }
    const { code } = prove(personOf(email), challenge);
    const link = new URL(`${API}/verify`, origin());
    link.search = new URLSearchParams({
      token: code,
      type: 'magiclink',
      redirect_to: c.req.query('redirect_to') ?? '',
    }).toString();
    emails.push({ email, code, link: link.href });
    return c.json({});
  });
  app.post(`${API}/verify`, async (c) => {
    const { email, token } = await c.req.json<{ email: string; token: string }>();
    const person = redeem((proof) => proof.person.email === email && proof.code === token);
    if (person === undefined)
      return refuse(c, 403, 'otp_expired', 'Token has expired or is invalid');
    return c.json(await session(person));
  });
  app.get(`${API}/verify`, (c) => {
    const target = new URL(c.req.query('redirect_to') ?? '');
    const proof = proofs.find(({ code }) => code === c.req.query('token'));
    if (proof !== undefined) target.searchParams.set('code', proof.code);
    else {
      target.searchParams.set('error', 'access_denied');
      target.searchParams.set('error_code', 'otp_expired');
      target.searchParams.set('error_description', 'Email link is invalid or has expired');
    }
    return c.redirect(target.href, 303);
  });
  app.get(`${API}/authorize`, (c) => {
    const { provider, redirect_to: target, code_challenge: challenge } = c.req.query();
    const proof = prove(personOf(`visitor@${provider}.example`), challenge ?? null);
    const url = new URL(target ?? '');
    url.searchParams.set('code', proof.code);
    return c.redirect(url.href, 302);
  });
  app.post(`${API}/token`, async (c) => {
    const body = await c.req.json<Readonly<Record<string, string>>>();
    if (c.req.query('grant_type') === 'pkce') {
      const { auth_code: code, code_verifier: verifier = '' } = body;
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      const person = redeem((proof) => proof.code === code && proof.challenge === challenge);
      if (person === undefined) {
        return refuse(
          c,
          404,
          'flow_state_not_found',
          'invalid flow state, no valid flow state found',
        );
      }
      return c.json(await session(person));
    }
    const token = body['refresh_token'] ?? '';
    const person = refreshTokens.get(token);
    const isSpent = Date.now() - (usedAtMs.get(token) ?? Infinity) > REUSE_MS;
    if (person === undefined || isSpent) {
      return refuse(
        c,
        400,
        'refresh_token_not_found',
        'Invalid Refresh Token: Refresh Token Not Found',
      );
    }
    if (!usedAtMs.has(token)) usedAtMs.set(token, Date.now());
    return c.json(await session(person));
  });
  app.post(`${API}/logout`, async (c) => {
    const person = await signedIn(c);
    if (person === undefined) return refuse(c, 403, 'bad_jwt', 'invalid JWT');
    for (const [token, { id }] of refreshTokens) if (id === person.id) refreshTokens.delete(token);
    return c.body(null, 204);
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: origin(),
    anonKey,
    emails,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(c: Context, status: 400 | 401 | 403 | 404, code: string, message: string) {
  c.header('x-supabase-api-version', API_VERSION);
  return c.json({ code, message }, status);
}
