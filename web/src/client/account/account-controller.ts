import { relayUrl } from '@parley/shared/page-paths';
import { createStore } from 'zustand/vanilla';
import type { Credentials } from '../messages/media-messages.ts';
import type { RelayAddress } from '../settings/relay-address.ts';
import { readKept, writeKept, type KeyValueStore } from '../settings/settings.ts';
import type { AccessCodeAnswer, AccessCodeFetch, GuestToken } from './guest-requests.ts';
import { KeptGuest } from './guest-token.ts';
import {
  SignInError,
  type Account,
  type AccountIssuer,
  type IssuerOptions,
  type SignInFault,
} from './account-issuer.ts';
import type { ProvidedToken } from './provided-token.ts';
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
  /** The page around the call signs it in: nobody is asked, and no guest. */
  readonly token?: (() => Promise<string>) | undefined;
  readonly loadIssuer: (accounts: AccountsAt, options: IssuerOptions) => Promise<AccountIssuer>;
  /** Where links and services lead back to, and whether the page was opened by one. */
  readonly returnUrl: string;
  readonly isReturn: boolean;
}

const SIGN_OUT_DEADLINE_MS = 5_000;
/** A page whose new tokens are refused as well is not asked for ever. */
const REFUSAL_INTERVAL_MS = 30_000;

/** The person's identity for the relay, and the questions to them; lives as long as the page. */
export class AccountController {
  readonly store = createStore<AccountState>(() => ({
    signIn: null,
    account: null,
    question: null,
    isGuestForgotten: false,
    returnFault: null,
  }));
  readonly #options: AccountControllerOptions;
  readonly #kept: KeptGuest;
  #relay = '';
  readonly #provided: Promise<ProvidedToken> | undefined;
  #refusedAtMs = Number.NEGATIVE_INFINITY;
  #issuer: Promise<AccountIssuer> | null = null;
  /** Whether the person was signed in when the page was left, or has just come back from signing in. */
  #isRecovering = false;
  #learning: Promise<void> | null = null;
  /** What the person wanted when they were asked. */
  #wanted: (() => void) | null = null;

  constructor(options: AccountControllerOptions) {
    this.#options = options;
    this.#kept = new KeptGuest(options.storage, options.nowMs);
    const { token: provide, nowMs } = options;
    if (provide === undefined) return;
    const onToken = (token: string) => this.store.setState({ account: { name: '', token } });
    // Parley's own page has no use for it.
    this.#provided = import('./provided-token.ts').then(
      (module) => new module.ProvidedToken({ provide, nowMs, onToken }),
    );
    this.#provided.catch(() => {});
  }

  /** Asks the relay how people sign in, and which person is signed in; once, unless it failed. */
  learn(): Promise<void> {
    if (this.#provided !== undefined) return Promise.resolve();
    this.#learning ??= this.#learn().then(() => {
      if (this.store.getState().signIn === null) this.#learning = null;
    });
    return this.#learning;
  }

  /** @throws SignInError */
  issuer(): Promise<AccountIssuer> {
    const accounts = this.store.getState().signIn?.accounts ?? null;
    if (accounts === null) return Promise.reject(new SignInError('failed'));
    this.#issuer ??= this.#options.loadIssuer(accounts, {
      storageKey: `parley.account ${this.#relay}`,
      returnUrl: this.#options.returnUrl,
      onAccount: (account) => this.#onAccount(account),
    });
    const mine = this.#issuer;
    mine.catch(() => {
      if (this.#issuer === mine) this.#issuer = null;
    });
    return mine;
  }

  /**
   * How the next call or request signs in; null if the person must be asked first.
   *
   * @param origin - of the relay
   * @throws SignInError; TokenError if the page is to give a token and does not
   */
  async credentials(origin: string): Promise<Credentials | null> {
    this.#relay = origin;
    if (this.#provided !== undefined) {
      const token = await (await this.#provided).begin();
      this.store.setState({ account: { name: '', token } });
      return { kind: 'account', token };
    }
    // Pressed before the relay has said how people sign in: the person would call as a guest.
    const isEarly = this.store.getState().signIn === null && this.#hasBeenSignedIn();
    if (this.#isRecovering || isEarly) await this.learn();
    if (isEarly && this.store.getState().signIn === null) throw new SignInError('unreachable');
    if (this.#issuer !== null) {
      const account = await (await this.#issuer).fresh();
      this.#onAccount(account);
      if (account !== null) return { kind: 'account', token: account.token };
    }
    return this.#missing() === null ? this.#guest() : null;
  }

  /**
   * Bearer token for requests beside calls; undefined without one.
   *
   * @throws SignInError
   */
  async token(origin: string): Promise<string | undefined> {
    return (await this.credentials(origin))?.token;
  }

  /**
   * Asks the person to sign in or for the access code, if the relay wants it.
   *
   * @param then - what they wanted; done once they have answered
   * @returns whether they are asked
   */
  asksFirst(then: () => void): boolean {
    const question = this.#isRecovering ? null : this.#missing();
    if (question !== null) this.#ask(question, then);
    return question !== null;
  }

  ask(question: Question): void {
    this.#ask(question, null);
  }

  /**
   * The relay did not let a call in.
   *
   * @returns whether the person, or the page around the call, is asked for what it lacks
   */
  async refused(code: string, then: () => void): Promise<boolean> {
    if (this.#provided !== undefined) return this.#refusedToken(code, then);
    if (code === 'access_code_wrong') {
      this.#kept.forgetAccessCode(this.#relay);
      this.#ask('access-code', then);
      return true;
    }
    if (code !== 'unauthorized' && code !== 'forbidden') return false;
    await this.learn();
    if ((this.store.getState().signIn?.accounts ?? null) === null) return false;
    this.#ask('sign-in', then);
    return true;
  }

  /** No call needs a token now. */
  rest(): void {
    this.#provided?.then((provided) => provided.end()).catch(() => {});
  }

  dismiss(): void {
    this.#wanted = null;
    this.store.setState({ question: null, returnFault: null });
  }

  /** What was asked for has been given. */
  answered(): void {
    const then = this.#wanted;
    this.dismiss();
    then?.();
  }

  keepGuest(token: GuestToken): void {
    this.#kept.keepToken(this.#relay, token);
  }

  async tryAccessCode(code: string): Promise<AccessCodeAnswer> {
    const asked = import('./guest-requests.ts').then(({ tryAccessCode }) =>
      tryAccessCode(this.#options.fetch, this.#relay, code),
    );
    const answer = await asked.catch(() => ({ kind: 'unreachable' }) as const);
    if (answer.kind === 'right') {
      this.#kept.keepAccessCode(this.#relay, code);
      this.#kept.keepToken(this.#relay, answer.guest);
    }
    return answer;
  }

  /**
   * Ends the person's calls on all devices and forgets them on this one.
   *
   * @returns whether the relay could be informed
   */
  async signOut(): Promise<boolean> {
    const { account } = this.store.getState();
    const { fetch: fetchLike } = this.#options;
    const isTold =
      account !== null &&
      (await tellSignOut(fetchLike, this.#relay, account.token).catch(() => false));
    // Without its library nothing of the account is in this page.
    await (await this.#issuer)?.signOut();
    this.#kept.forgetToken(this.#relay);
    this.#kept.forgetAccessCode(this.#relay);
    this.#onAccount(null);
    return isTold;
  }

  /** The guest and all that was kept of them are gone; the next call is another guest's. */
  forgetGuest(): void {
    this.#kept.forgetToken(this.#relay);
  }

  async #learn(): Promise<void> {
    const address = await this.#options.relay;
    if (address.kind !== 'known') return;
    this.#relay = address.origin;
    const signIn = await fetchSignInOptions(this.#options.fetch, this.#relay);
    if (signIn === null) return;
    this.#isRecovering = signIn.accounts !== null && this.#hasBeenSignedIn();
    this.store.setState({ signIn, isGuestForgotten: this.#kept.hasExpired(this.#relay) });
    void this.#keepGuestKnown();
    if (this.#isRecovering) await this.#recover();
  }

  async #recover(): Promise<void> {
    try {
      const issuer = await this.issuer();
      this.#onAccount(await issuer.fresh());
      const { returnFault } = issuer;
      if (returnFault !== null) this.store.setState({ question: 'sign-in', returnFault });
    } catch (error) {
      const returnFault = error instanceof SignInError ? error.fault : 'failed';
      if (this.#options.isReturn) this.store.setState({ question: 'sign-in', returnFault });
    } finally {
      this.#isRecovering = false;
    }
  }

  #onAccount(account: Account | null): void {
    writeKept(this.#options.storage, signedInKey(this.#relay), { is: account !== null });
    const before = this.store.getState().account;
    if (before?.token === account?.token && before?.name === account?.name) return;
    this.store.setState({ account });
  }

  /** Whether an account can be expected, as far as the browser knows without the relay. */
  #hasBeenSignedIn(): boolean {
    const { isReturn, storage } = this.#options;
    return isReturn || readKept(storage, signedInKey(this.#relay))['is'] === true;
  }

  /** Renews the token of a guest before it ends. */
  async #keepGuestKnown(): Promise<void> {
    const relay = this.#relay;
    const token = this.#kept.dueToken(relay);
    if (token === undefined) return;
    const asked = import('./guest-requests.ts').then(({ renewGuest }) =>
      renewGuest(this.#options.fetch, relay, token),
    );
    const renewed = await asked.catch(() => 'unreachable' as const);
    // Meanwhile another guest may have taken its place.
    if (renewed === 'unreachable' || this.#kept.token(relay) !== token) return;
    if (renewed !== 'refused') return this.#kept.keepToken(relay, renewed);
    this.#kept.forgetToken(relay);
    this.store.setState({ isGuestForgotten: true });
  }

  /** It may have been kept for too long: the page is asked for another, once. */
  #refusedToken(code: string, then: () => void): boolean {
    const nowMs = this.#options.nowMs();
    if (code !== 'unauthorized' || nowMs - this.#refusedAtMs < REFUSAL_INTERVAL_MS) return false;
    this.#refusedAtMs = nowMs;
    then();
    return true;
  }

  #ask(question: Question, then: (() => void) | null): void {
    this.#wanted = then;
    this.store.setState({ question, returnFault: null });
  }

  /** What the person must be asked for before a call; null: nothing. */
  #missing(): Question | null {
    const { signIn, account } = this.store.getState();
    if (signIn === null || account !== null) return null;
    if (!signIn.guests) return 'sign-in';
    const relay = this.#relay;
    const isKnown =
      this.#kept.token(relay) !== undefined || this.#kept.accessCode(relay) !== undefined;
    return signIn.accessCode && !isKnown ? 'access-code' : null;
  }

  #guest(): Credentials {
    return {
      kind: 'guest',
      token: this.#kept.token(this.#relay),
      accessCode: this.#kept.accessCode(this.#relay),
    };
  }
}

async function tellSignOut(fetchLike: AccessCodeFetch, relay: string, token: string) {
  const response = await fetchLike(relayUrl(relay, '/api/v1/auth/sign-out'), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(SIGN_OUT_DEADLINE_MS),
  });
  return response.ok;
}

function signedInKey(relay: string): string {
  return `parley.signed-in ${relay}`;
}
