import {
  createClient,
  isAuthRetryableFetchError,
  type AuthError,
  type Session,
} from '@supabase/supabase-js';
import {
  SignInError,
  type Account,
  type AccountIssuer,
  type IssuerOptions,
  type SignInFault,
  type SignInMethods,
  isSignInReturn,
  parametersIn,
} from './account-issuer.ts';
import type { AccountsAt } from './sign-in-options.ts';

/** What a sign-in may leave in the address. */
const PARAMETERS = ['code', 'error', 'error_code', 'error_description', 'access_token', 'sb'];

/** Accounts of a Supabase project. */
export async function createSupabaseIssuer(
  { url, anonKey }: AccountsAt,
  { storageKey, returnUrl, onAccount }: IssuerOptions,
): Promise<AccountIssuer> {
  const { auth } = createClient(url, anonKey, { auth: { flowType: 'pkce', storageKey } });
  await auth.initialize();
  const returnFault = takeReturnFault();
  auth.onAuthStateChange((_event, session) => onAccount(accountOf(session)));
  // By itself it renews nothing while the page is hidden, and a call goes on in a hidden page.
  await auth.startAutoRefresh();

  return {
    returnFault,
    methods: () => enabledMethods(url, anonKey),
    async sendCode(email) {
      const options = { emailRedirectTo: returnUrl };
      throwIf((await auth.signInWithOtp({ email, options })).error);
    },
    async verifyCode(email, code) {
      throwIf((await auth.verifyOtp({ email, token: code, type: 'email' })).error);
    },
    async goTo(serviceId) {
      const provider = serviceId as Parameters<typeof auth.signInWithOAuth>[0]['provider'];
      const options = { redirectTo: returnUrl };
      throwIf((await auth.signInWithOAuth({ provider, options })).error);
    },
    async fresh() {
      const { data, error: refused } = await auth.getSession();
      if (isAuthRetryableFetchError(refused)) throwIf(refused);
      return accountOf(data.session);
    },
    async signOut() {
      const { error: refused } = await auth.signOut({ scope: 'global' });
      if (refused !== null) await auth.signOut({ scope: 'local' });
    },
  };
}

function accountOf(session: Session | null): Account | null {
  if (session === null) return null;
  const { email, phone } = session.user;
  return { name: email || phone || 'Your account', token: session.access_token };
}

/** Services whose names are not simply capitalised. */
const LABELS: Readonly<Record<string, string>> = {
  github: 'GitHub',
  gitlab: 'GitLab',
  azure: 'Microsoft',
  linkedin_oidc: 'LinkedIn',
  slack_oidc: 'Slack',
  workos: 'WorkOS',
  x: 'X',
};
/** Are no services to be sent to. */
const OTHER_METHODS: readonly string[] = ['email', 'phone', 'anonymous_users'];
const SETTINGS_DEADLINE_MS = 10_000;

/** What the project's owner has switched on (`GET /auth/v1/settings`). */
async function enabledMethods(url: string, anonKey: string): Promise<SignInMethods> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/auth/v1/settings`, {
      headers: { apikey: anonKey },
      signal: AbortSignal.timeout(SETTINGS_DEADLINE_MS),
    });
    const { external } = (await response.json()) as {
      readonly external: Readonly<Record<string, boolean>>;
    };
    const services = Object.keys(external)
      .filter((id) => external[id] === true && !OTHER_METHODS.includes(id))
      .map((id) => ({ id, label: LABELS[id] ?? id.charAt(0).toUpperCase() + id.slice(1) }));
    return { email: external['email'] === true, services };
  } catch (cause) {
    throw new SignInError('unreachable', { cause });
  }
}

/** The rest of a link or a service in the address was useless, and would stay so. */
function takeReturnFault(): SignInFault | null {
  if (!isSignInReturn(location)) return null;
  const code = returnedErrorIn(location);
  history.replaceState(history.state, '', withoutSignInReturn(location.href));
  // A code that is left was asked for in another browser.
  return code === null ? 'code-wrong' : faultOfCode(code);
}

function throwIf(error: AuthError | null): void {
  if (error !== null) throw new SignInError(faultOf(error), { cause: error });
}

function faultOf(error: AuthError): SignInFault {
  if (isAuthRetryableFetchError(error)) return 'unreachable';
  if (error.status === 429) return 'too-many';
  return faultOfCode(error.code);
}

/** See https://supabase.com/docs/guides/auth/debugging/error-codes */
function faultOfCode(code: string | undefined): SignInFault {
  switch (code) {
    case 'otp_expired':
    case 'bad_code_verifier':
    case 'flow_state_expired':
    case 'flow_state_not_found':
      return 'code-wrong';
    case 'email_address_invalid':
    case 'email_address_not_authorized':
    case 'validation_failed':
      return 'email-invalid';
    case 'signup_disabled':
    case 'otp_disabled':
    case 'user_banned':
      return 'not-invited';
    default:
      return 'failed';
  }
}

/** The issuer's own code for what went wrong; null if it does not say. */
export function returnedErrorIn({
  search,
  hash,
}: Pick<Location, 'search' | 'hash'>): string | null {
  const [query, fragment] = [parametersIn(search), parametersIn(hash)];
  return ['error_code', 'error'].reduce<string | null>(
    (found, name) => found ?? query.get(name) ?? fragment.get(name),
    null,
  );
}

/** The address without what a sign-in left in it. */
export function withoutSignInReturn(href: string): string {
  const url = new URL(href);
  for (const name of PARAMETERS) url.searchParams.delete(name);
  if (isSignInReturn({ search: '', hash: url.hash })) url.hash = '';
  return url.href;
}
