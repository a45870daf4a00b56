import { AccountController } from '../../../src/client/account/account-controller.ts';
import {
  SignInError,
  type Account,
  type AccountIssuer,
} from '../../../src/client/account/account-issuer.ts';
import type { KeyValueStore } from '../../../src/client/settings/settings.ts';

/** How a relay lets people in: `older` knows of no ways at all, `reported` takes error reports too. */
export const WAYS_IN = [
  'older',
  'guests',
  'plain-http',
  'code',
  'accounts',
  'both',
  'other-issuer',
  'reported',
] as const;
export type WayIn = (typeof WAYS_IN)[number];

export const RIGHT_CODE = 'open sesame';
/** Answered with too many attempts. */
export const HASTY_CODE = 'once more';
export const EMAIL_CODE = '123456';
/** Of one guest, and the one that it is renewed by. */
export const GUEST_TOKEN = `h.${btoa('{"sub":"guest_1"}')}.first`;
export const RENEWED_GUEST_TOKEN = `h.${btoa('{"sub":"guest_1"}')}.second`;

export interface ScriptedAccountOptions {
  readonly way: WayIn;
  readonly storage?: KeyValueStore | null;
  /** Origin of the relay. */
  readonly relay?: string;
  /** Hears of every request, as `POST /path`, and of what the issuer was asked to do. */
  readonly onAsked?: (what: string) => void;
  /** Whose session the issuer's own storage holds. */
  readonly account?: Account | null;
}

/** An account controller whose relay and issuer are scripted. */
export function createScriptedAccount({
  way,
  storage = null,
  relay = 'https://relay.example',
  onAsked = () => undefined,
  account = null,
}: ScriptedAccountOptions): AccountController {
  return new AccountController({
    storage,
    nowMs: () => Date.now(),
    relay: Promise.resolve({ kind: 'known', origin: relay }),
    returnUrl: `${relay}/`,
    isReturn: false,
    fetch: async (url, init = {}) => {
      const { pathname } = new URL(url);
      onAsked(`${init.method ?? 'GET'} ${pathname}`);
      if (init.headers !== undefined && 'authorization' in init.headers) {
        return renewalOf(pathname);
      }
      return answerOf(way, pathname, init.body);
    },
    loadIssuer: async (_accounts, { onAccount }) => scriptedIssuer(account, onAccount, onAsked),
  });
}

function answerOf(way: WayIn, pathname: string, body = '{}'): Response {
  if (pathname === '/api/v1/auth') {
    return way === 'older' ? new Response(null, { status: 404 }) : Response.json(optionsOf(way));
  }
  if (pathname === '/api/v1/auth/sign-out') return new Response(null, { status: 204 });
  const { access_code: code } = JSON.parse(body) as { readonly access_code?: string };
  if (code === HASTY_CODE) {
    return new Response(null, { status: 429, headers: { 'retry-after': '240' } });
  }
  if (code !== RIGHT_CODE) return new Response(null, { status: 401 });
  return Response.json({ token: 'guest-token', expires_in_s: 3_600 });
}

function renewalOf(pathname: string): Response {
  if (pathname !== '/api/v1/auth/guest') return new Response(null, { status: 204 });
  return Response.json({ token: RENEWED_GUEST_TOKEN, expires_in_s: 3_600 });
}

function optionsOf(way: WayIn): object {
  const hasAccounts = way === 'accounts' || way === 'both';
  return {
    guests: way !== 'accounts' && way !== 'other-issuer',
    access_code: way === 'code' || way === 'both',
    supabase: hasAccounts ? { url: 'https://project.example', anon_key: 'anon' } : null,
    oidc: null,
    is_secure: way !== 'plain-http',
    ...(way === 'reported' && { error_reports: { dsn: 'https://key@sentry.example/42' } }),
  };
}

function scriptedIssuer(
  kept: Account | null,
  onAccount: (account: Account | null) => void,
  onAsked: (what: string) => void,
): AccountIssuer {
  let account = kept;
  const become = (next: Account | null): void => {
    account = next;
    onAccount(next);
  };
  return {
    returnFault: null,
    methods: async () => ({ email: true, services: [{ id: 'github', label: 'GitHub' }] }),
    async sendCode(email) {
      onAsked(`code to ${email}`);
      if (!email.includes('@')) throw new SignInError('email-invalid');
    },
    async verifyCode(email, code) {
      if (code !== EMAIL_CODE) throw new SignInError('code-wrong');
      become({ name: email, token: 'account-token' });
    },
    goTo: async (id) => onAsked(`go to ${id}`),
    fresh: async () => account,
    async signOut() {
      onAsked('sign-out');
      become(null);
    },
  };
}
