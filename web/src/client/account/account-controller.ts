import { createStore } from 'zustand/vanilla';
import type { Credentials } from '../messages/media-messages.ts';
import type { RelayAddress } from '../settings/relay-address.ts';
import { readKept, writeKept, type KeyValueStore } from '../settings/settings.ts';
import {
  renewGuest,
  tryAccessCode,
  type AccessCodeAnswer,
  type AccessCodeFetch,
} from './access-code.ts';
import {
  SignInError,
  type Account,
  type AccountIssuer,
  type IssuerOptions,
  type SignInFault,
} from './account-issuer.ts';
import { KeptGuest, type GuestToken } from './guest-token.ts';
import { fetchSignInOptions, type AccountsAt, type SignInOptions } from './sign-in-options.ts';

/** What is between the person and the relay now: asked for before they can go on, or asked by them. */
export type Question = 'sign-in' | 'access-code' | 'privacy';

export interface AccountState {
  /** null: not known (yet). */
  readonly signIn: SignInOptions | null;
  /** null: a guest, or not signed in. */
  readonly account: Account | null;
  readonly question: Question | null;
  /** The browser knows of a guest whom the relay does not know any more. */
  readonly isGuestForgotten: boolean;
  /** Why the way back from a link or a service did not sign in. */
  readonly returnFault: SignInFault | null;
}

export interface AccountControllerOptions {
  /** null if the browser refuses storage. */
  readonly storage: KeyValueStore | null;
  readonly nowMs: () => number;
  readonly fetch: AccessCodeFetch;
  /** Never rejects. */
  readonly relay: Promise<RelayAddress>;
  readonly loadIssuer: (accounts: AccountsAt, options: IssuerOptions) => Promise<AccountIssuer>;
  /** Where links and services lead back to, and whether the page was opened by one. */
  readonly returnUrl: string;
  readonly isReturn: boolean;
}

export type AccountController = ReturnType<typeof createAccountController>;

const SIGN_OUT_DEADLINE_MS = 5_000;

/** Who the person is for the relay, and what they are asked for; lives as long as the page. */
export function createAccountController(options: AccountControllerOptions) {
  const { storage, fetch: fetchLike } = options;
  const kept = new KeptGuest(storage, options.nowMs);
  const store = createStore<AccountState>(() => ({
    signIn: null,
    account: null,
    question: null,
    isGuestForgotten: false,
    returnFault: null,
  }));
  let relay = '';
  let issuer: Promise<AccountIssuer> | null = null;
  /** Whether the person was signed in when the page was left, or has just come back from signing in. */
  let isRecovering = false;
  let learning: Promise<void> | null = null;
  /** What the person wanted when they were asked. */
  let wanted: (() => void) | null = null;

  const onAccount = (account: Account | null): void => {
    writeKept(storage, signedInKey(relay), { is: account !== null });
    const before = store.getState().account;
    if (before?.token === account?.token && before?.name === account?.name) return;
    store.setState({ account });
  };

  /** Whether an account can be expected, as far as the browser knows without the relay. */
  const hasBeenSignedIn = (): boolean =>
    options.isReturn || readKept(storage, signedInKey(relay))['is'] === true;

  const learn = async (): Promise<void> => {
    const address = await options.relay;
    if (address.kind !== 'known') return;
    relay = address.origin;
    const signIn = await fetchSignInOptions(fetchLike, relay);
    if (signIn === null) return;
    isRecovering = signIn.accounts !== null && hasBeenSignedIn();
    store.setState({ signIn, isGuestForgotten: kept.hasExpired(relay) });
    void keepGuestKnown();
    if (!isRecovering) return;
    try {
      const loaded = await loadedIssuer();
      onAccount(await loaded.fresh());
      const { returnFault } = loaded;
      if (returnFault !== null) store.setState({ question: 'sign-in', returnFault });
    } catch (error) {
      const fault = error instanceof SignInError ? error.fault : 'failed';
      if (options.isReturn) store.setState({ question: 'sign-in', returnFault: fault });
    } finally {
      isRecovering = false;
    }
  };

  /** Once, unless it failed. */
  const learnOnce = (): Promise<void> => {
    learning ??= learn().then(() => {
      if (store.getState().signIn === null) learning = null;
    });
    return learning;
  };

  const loadedIssuer = (): Promise<AccountIssuer> => {
    const accounts = store.getState().signIn?.accounts ?? null;
    if (accounts === null) return Promise.reject(new SignInError('failed'));
    issuer ??= options.loadIssuer(accounts, {
      storageKey: `parley.account ${relay}`,
      returnUrl: options.returnUrl,
      onAccount,
    });
    const mine = issuer;
    mine.catch(() => {
      if (issuer === mine) issuer = null;
    });
    return mine;
  };

  /** Renews the token of a guest before it ends. */
  const keepGuestKnown = async (): Promise<void> => {
    const token = kept.dueToken(relay);
    if (token === undefined) return;
    const renewed = await renewGuest(fetchLike, relay, token);
    // Meanwhile another guest may have taken its place.
    if (renewed === 'unreachable' || kept.token(relay) !== token) return;
    if (renewed !== 'refused') return kept.keepToken(relay, renewed);
    kept.forgetToken(relay);
    store.setState({ isGuestForgotten: true });
  };

  const ask = (question: Question, then: (() => void) | null): void => {
    wanted = then;
    store.setState({ question, returnFault: null });
  };
  /** What the person must be asked for before a call; null: nothing. */
  const missing = (): Question | null => {
    const { signIn, account } = store.getState();
    if (signIn === null || account !== null) return null;
    if (!signIn.guests) return 'sign-in';
    const isKnown = kept.token(relay) !== undefined || kept.accessCode(relay) !== undefined;
    return signIn.accessCode && !isKnown ? 'access-code' : null;
  };

  const guest = (): Credentials => ({
    kind: 'guest',
    token: kept.token(relay),
    accessCode: kept.accessCode(relay),
  });

  const credentials = async (origin: string): Promise<Credentials | null> => {
    relay = origin;
    // Pressed before the relay has said how people sign in: the person would call as a guest.
    const isEarly = store.getState().signIn === null && hasBeenSignedIn();
    if (isRecovering || isEarly) await learnOnce();
    if (issuer !== null) {
      const account = await (await issuer).fresh();
      onAccount(account);
      if (account !== null) return { kind: 'account', token: account.token };
    }
    return missing() === null ? guest() : null;
  };

  return {
    store,
    /** Asks the relay how people sign in, and who is signed in; once, unless it failed. */
    learn: learnOnce,
    issuer: loadedIssuer,
    /**
     * How the next call or request signs in; null if the person must be asked first.
     *
     * @param origin - of the relay
     * @throws SignInError
     */
    credentials,
    /**
     * Bearer token for requests beside calls; undefined without one.
     *
     * @throws SignInError
     */
    token: async (origin: string): Promise<string | undefined> =>
      (await credentials(origin))?.token,
    /**
     * Asks the person to sign in or for the access code, if the relay wants it.
     *
     * @param then - what they wanted; done once they have answered
     * @returns whether they are asked
     */
    asksFirst(then: () => void): boolean {
      const question = isRecovering ? null : missing();
      if (question !== null) ask(question, then);
      return question !== null;
    },
    ask: (question: Question): void => ask(question, null),
    /**
     * The relay did not let a call in.
     *
     * @returns whether the person is asked for what it lacks
     */
    async refused(code: string, then: () => void): Promise<boolean> {
      if (code === 'access_code_wrong') {
        kept.forgetAccessCode(relay);
        ask('access-code', then);
        return true;
      }
      if (code !== 'unauthorized' && code !== 'forbidden') return false;
      await learnOnce();
      if ((store.getState().signIn?.accounts ?? null) === null) return false;
      ask('sign-in', then);
      return true;
    },
    dismiss(): void {
      wanted = null;
      store.setState({ question: null, returnFault: null });
    },
    /** What was asked for has been given. */
    answered(): void {
      const then = wanted;
      wanted = null;
      store.setState({ question: null, returnFault: null });
      then?.();
    },
    keepGuest: (token: GuestToken): void => kept.keepToken(relay, token),
    async tryAccessCode(code: string): Promise<AccessCodeAnswer> {
      const answer = await tryAccessCode(fetchLike, relay, code);
      if (answer.kind === 'right') {
        kept.keepAccessCode(relay, code);
        kept.keepToken(relay, answer.guest);
      }
      return answer;
    },
    /**
     * Ends the person's calls on all devices and forgets them on this one.
     *
     * @returns whether the relay could be told
     */
    async signOut(): Promise<boolean> {
      const { account } = store.getState();
      const told =
        account !== null && (await tellSignOut(fetchLike, relay, account.token).catch(() => false));
      // Without its library nothing of the account is in this page.
      await (await issuer)?.signOut();
      kept.forgetToken(relay);
      kept.forgetAccessCode(relay);
      onAccount(null);
      return told;
    },
    /** The guest and all that was kept of them are gone; the next call is another guest's. */
    forgetGuest: (): void => kept.forgetToken(relay),
  };
}

async function tellSignOut(fetchLike: AccessCodeFetch, relay: string, token: string) {
  const response = await fetchLike(new URL('/api/v1/auth/sign-out', relay).href, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(SIGN_OUT_DEADLINE_MS),
  });
  return response.ok;
}

function signedInKey(relay: string): string {
  return `parley.signed-in ${relay}`;
}
