import { isPrivateHost, type AddressList } from '../lib/network-address.ts';
import type { AUTH_SETTINGS } from './auth-settings.ts';
import type { ValuesOf } from './settings.ts';

/** Accounts of an issuer, and what in their tokens means what. */
export interface AccountsConfig {
  /** As it stands in the tokens, perhaps without its last `/`. */
  readonly issuer: string;
  /** undefined: found by the issuer's discovery document. */
  readonly jwksUrl: string | undefined;
  readonly audience: readonly string[];
  readonly algorithms: readonly string[];
  /** Key of HS256; undefined: such tokens are refused. */
  readonly secret: string | undefined;
  readonly roleClaim: string;
  readonly planClaim: string;
}

export interface AuthConfig {
  readonly allowsGuests: boolean;
  /** Guests are asked for it; undefined: they are not. */
  readonly accessCode: string | undefined;
  /** undefined: no accounts. */
  readonly accounts: AccountsConfig | undefined;
  /** What the page needs to sign in with Supabase. */
  readonly supabase: { readonly url: string; readonly anonKey: string } | undefined;
  readonly clientId: string | undefined;
  readonly trustedProxies: AddressList;
  /** Paths of PEM files; undefined: plain HTTP. */
  readonly tls: { readonly certPath: string; readonly keyPath: string } | undefined;
}

type AuthValues = ValuesOf<typeof AUTH_SETTINGS>;

/** Settings that contradict themselves, or lack another; a sentence each. */
export function authProblems(env: AuthValues): string[] {
  const hasAccounts = env.SUPABASE_URL !== undefined || env.AUTH_ISSUER !== undefined;
  const ofAccounts = ['AUTH_JWKS_URL', 'AUTH_JWT_SECRET', 'AUTH_CLIENT_ID'] as const;
  const orphan = ofAccounts.find((name) => env[name] !== undefined);
  const rules: readonly (readonly [isBroken: boolean, sentence: string])[] = [
    [
      !hasAccounts && orphan !== undefined,
      `${orphan}: whose tokens these are is not known: set AUTH_ISSUER, or SUPABASE_URL.`,
    ],
    [
      hasAccounts && audienceOf(env).length === 0,
      'AUTH_AUDIENCE: without it, tokens that the issuer made for other programs would be accepted. Set it, or AUTH_CLIENT_ID.',
    ],
    [
      env.SUPABASE_URL !== undefined && env.SUPABASE_ANON_KEY === undefined,
      'SUPABASE_ANON_KEY: the page needs it to sign people in at SUPABASE_URL.',
    ],
    [
      env.SUPABASE_ANON_KEY !== undefined && isServiceKey(env.SUPABASE_ANON_KEY),
      'SUPABASE_ANON_KEY: this is a secret key, and every visitor would get it. Use the anonymous or publishable one.',
    ],
    [
      env.GUESTS === 'off' && !hasAccounts,
      'GUESTS: found "off", but there are no accounts either. Set AUTH_ISSUER or SUPABASE_URL.',
    ],
    [
      env.GUESTS !== 'on' && hasAccounts && env.ACCESS_CODE !== undefined,
      'ACCESS_CODE: it is for guests, who may not call beside accounts. Set GUESTS=on, or take the code away.',
    ],
    [
      (env.TLS_CERT === undefined) !== (env.TLS_KEY === undefined),
      'TLS_CERT, TLS_KEY: one is of no use without the other.',
    ],
  ];
  return rules.flatMap(([isBroken, sentence]) => (isBroken ? [sentence] : []));
}

/** Settings that are valid, but a mistake beyond one's own network; a sentence each. */
export function authAdvice({ accounts }: AuthConfig): string[] {
  const addresses = [accounts?.issuer, accounts?.jwksUrl].flatMap((url) => url ?? []);
  const plain = addresses.find((address) => {
    const { protocol, hostname } = new URL(address);
    return protocol === 'http:' && !isPrivateHost(hostname);
  });
  if (plain === undefined) return [];
  return [
    `${plain} is asked over plain HTTP which keys sign accounts in: anyone on the way can answer with their own. Use https.`,
  ];
}

export function toAuthConfig(env: AuthValues): AuthConfig {
  const accounts = accountsOf(env);
  const { SUPABASE_URL: url, SUPABASE_ANON_KEY: anonKey, TLS_CERT, TLS_KEY } = env;
  return {
    allowsGuests: env.GUESTS === undefined ? accounts === undefined : env.GUESTS === 'on',
    accessCode: env.ACCESS_CODE,
    accounts,
    supabase: url === undefined || anonKey === undefined ? undefined : { url, anonKey },
    clientId: env.AUTH_CLIENT_ID,
    trustedProxies: env.TRUSTED_PROXIES,
    tls:
      TLS_CERT === undefined || TLS_KEY === undefined
        ? undefined
        : { certPath: TLS_CERT, keyPath: TLS_KEY },
  };
}

function accountsOf(env: AuthValues): AccountsConfig | undefined {
  const supabase = env.SUPABASE_URL?.replace(/\/+$/, '');
  const issuer = env.AUTH_ISSUER ?? (supabase === undefined ? undefined : `${supabase}/auth/v1`);
  if (issuer === undefined) return undefined;
  const isSupabase = supabase !== undefined;
  return {
    issuer,
    jwksUrl:
      env.AUTH_JWKS_URL ?? (isSupabase ? `${supabase}/auth/v1/.well-known/jwks.json` : undefined),
    audience: audienceOf(env),
    algorithms: env.AUTH_ALGORITHMS,
    secret: env.AUTH_JWT_SECRET,
    roleClaim: env.AUTH_ROLE_CLAIM ?? (isSupabase ? 'app_metadata.role' : 'role'),
    planClaim: env.AUTH_PLAN_CLAIM ?? (isSupabase ? 'app_metadata.plan' : 'plan'),
  };
}

function audienceOf(env: AuthValues): readonly string[] {
  if (env.AUTH_AUDIENCE !== undefined) return env.AUTH_AUDIENCE;
  if (env.SUPABASE_URL !== undefined) return ['authenticated'];
  return env.AUTH_CLIENT_ID === undefined ? [] : [env.AUTH_CLIENT_ID];
}

/** The older keys are tokens that name their role, the newer ones have a prefix. */
function isServiceKey(key: string): boolean {
  if (key.startsWith('sb_secret_')) return true;
  const payload = Buffer.from(key.split('.')[1] ?? '', 'base64url').toString('utf8');
  return /"role"\s*:\s*"service_role"/.test(payload);
}
