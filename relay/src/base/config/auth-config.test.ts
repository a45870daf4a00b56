import { describe, expect, it } from 'vitest';
import { authAdvice } from './auth-config.ts';
import { readConfig } from './config.ts';
import { ConfigError } from './read-settings.ts';

type Environment = Readonly<Record<string, string>>;

const auth = (environment: Environment) => readConfig(environment).auth;

function problemsOf(environment: Environment): string {
  try {
    readConfig(environment);
    return '';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
}

const SUPABASE = { SUPABASE_URL: 'https://p.supabase.co/', SUPABASE_ANON_KEY: 'anon' };
const ISSUER = { AUTH_ISSUER: 'https://i.example/', AUTH_AUDIENCE: 'one, two' };
const keyOfRole = (role: string) =>
  `e30.${Buffer.from(JSON.stringify({ iss: 'supabase', role })).toString('base64url')}.c2ln`;

describe('accounts', () => {
  it('are none by default, and guests may call', () => {
    expect(auth({})).toMatchObject({ allowsGuests: true, accounts: undefined, tls: undefined });
  });

  it('of Supabase need its address and public key', () => {
    expect(auth(SUPABASE)).toMatchObject({
      allowsGuests: false,
      accounts: {
        issuer: 'https://p.supabase.co/auth/v1',
        jwksUrl: 'https://p.supabase.co/auth/v1/.well-known/jwks.json',
        audience: ['authenticated'],
        roleClaim: 'app_metadata.role',
        planClaim: 'app_metadata.plan',
      },
    });
  });

  it('of another issuer are found by discovery', () => {
    expect(auth(ISSUER).accounts).toMatchObject({
      issuer: 'https://i.example/',
      jwksUrl: undefined,
      audience: ['one', 'two'],
      roleClaim: 'role',
      planClaim: 'plan',
    });
  });

  it('leave guests in only if that is said', () => {
    expect(auth({ ...SUPABASE, GUESTS: 'on' }).allowsGuests).toBe(true);
    expect(auth(ISSUER).allowsGuests).toBe(false);
  });
});

it.each([
  ['http://issuer.example', 1],
  ['https://issuer.example', 0],
  ['http://keycloak:8080/realms/home', 0],
  ['http://localhost:8080', 0],
])('keys that come from %s are worth %i warnings', (AUTH_ISSUER, count) => {
  expect(authAdvice(auth({ AUTH_ISSUER, AUTH_AUDIENCE: 'parley' }))).toHaveLength(count);
});

describe('it refuses', () => {
  it.each<[string, Environment]>([
    ['AUTH_AUDIENCE', { AUTH_ISSUER: 'https://i.example' }],
    ['AUTH_JWKS_URL', { AUTH_JWKS_URL: 'https://i.example/keys' }],
    ['AUTH_JWT_SECRET', { AUTH_JWT_SECRET: 'a'.repeat(40) }],
    ['AUTH_CLIENT_ID', { AUTH_CLIENT_ID: 'page' }],
    ['SUPABASE_ANON_KEY', { SUPABASE_URL: 'https://p.supabase.co' }],
    ['SUPABASE_ANON_KEY', { ...SUPABASE, SUPABASE_ANON_KEY: keyOfRole('service_role') }],
    ['SUPABASE_ANON_KEY', { ...SUPABASE, SUPABASE_ANON_KEY: 'sb_secret_abc' }],
    ['GUESTS', { GUESTS: 'off' }],
    ['GUESTS', { GUESTS: 'yes' }],
    ['ACCESS_CODE', { ...SUPABASE, ACCESS_CODE: 'open sesame' }],
    ['ACCESS_CODE', { ACCESS_CODE: 'short' }],
    ['AUTH_ALGORITHMS', { ...ISSUER, AUTH_ALGORITHMS: 'RS256,none' }],
    ['AUTH_ALGORITHMS', { ...ISSUER, AUTH_ALGORITHMS: 'HS256' }],
    ['AUTH_ROLE_CLAIM', { ...SUPABASE, AUTH_ROLE_CLAIM: 'user_metadata.role' }],
    ['AUTH_PLAN_CLAIM', { ...SUPABASE, AUTH_PLAN_CLAIM: 'user_metadata.plan' }],
    ['AUTH_JWT_SECRET', { ...SUPABASE, AUTH_JWT_SECRET: 'short' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '10.0.0.0/8,nonsense' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '10.0.0.0/99' }],
    ['TLS_KEY', { TLS_CERT: 'cert.pem' }],
    ['TLS_CERT', { TLS_KEY: 'key.pem' }],
  ])('%s: %o', (name, environment) => {
    const problems = problemsOf(environment);
    expect(problems).toContain(name);
    expect(problems).not.toContain(environment[name] === 'short' ? 'short' : 'sb_secret_abc');
  });

  it('no key that every visitor may have', () => {
    const key = keyOfRole('anon');
    expect(problemsOf({ ...SUPABASE, SUPABASE_ANON_KEY: key })).toBe('');
    expect(problemsOf({ ...SUPABASE, SUPABASE_ANON_KEY: 'sb_publishable_abc' })).toBe('');
  });
});
