/** A person who is signed in with an account. */
export interface Account {
  /** What they signed in with, for people to read: an e-mail address, most often. */
  readonly name: string;
  /** Bearer token for the relay. */
  readonly token: string;
}

/** What went wrong, if it is not the person's fault; each needs other words. */
export type SignInFault =
  | 'email-invalid'
  | 'not-invited'
  | 'code-wrong'
  | 'too-many'
  | 'unreachable'
  | 'failed';

export class SignInError extends Error {
  readonly fault: SignInFault;

  constructor(fault: SignInFault, options: { cause?: unknown } = {}) {
    super(fault, options);
    this.name = 'SignInError';
    this.fault = fault;
  }
}

export interface SignInMethods {
  /** A code and a link by e-mail. */
  readonly email: boolean;
  /** Services that the person is sent to. */
  readonly services: readonly { readonly id: string; readonly label: string }[];
}

/**
 * Signs people in with accounts, as the page uses it. Its library is loaded only if a relay names
 * it.
 *
 * All methods throw `SignInError`.
 */
export interface AccountIssuer {
  /** Why the link or the service that opened the page did not sign in; null if none did, or it did. */
  readonly returnFault: SignInFault | null;
  methods(): Promise<SignInMethods>;
  /** Sends an e-mail with a code, and with a link that leads back to this page. */
  sendCode(email: string): Promise<void>;
  verifyCode(email: string, code: string): Promise<void>;
  /** Leaves the page for a service, which leads back to it. */
  goTo(serviceId: string): Promise<void>;
  /** The account with a token that is good for a while; null if there is none (any more). */
  fresh(): Promise<Account | null>;
  /** Never throws: on this device the person is signed out in any case. */
  signOut(): Promise<void>;
}

export interface IssuerOptions {
  /** Under which the browser keeps the sign-in. */
  readonly storageKey: string;
  /** Where links and services lead back to. */
  readonly returnUrl: string;
  /** Called at each change: signed in or out here or in another window, or a new token. */
  onAccount(account: Account | null): void;
}

/**
 * Whether the page was opened by a link or a service that signs people in, and that is not used
 * up. OAuth 2.0 answers in the query, or in the fragment (RFC 6749 §4.1.2, §4.2.2).
 */
export function isSignInReturn({ search, hash }: Pick<Location, 'search' | 'hash'>): boolean {
  return [search, hash].some((text) => {
    const parameters = parametersIn(text);
    return ['code', 'error', 'error_code', 'access_token'].some((name) => parameters.has(name));
  });
}

export function parametersIn(text: string): URLSearchParams {
  return new URLSearchParams(text.slice(1));
}
