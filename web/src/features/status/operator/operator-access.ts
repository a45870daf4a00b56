import { createStore } from 'zustand/vanilla';
import {
  type AccountController,
  type KeyValueStore,
  type RelayAddress,
  readKept,
  writeKept,
} from '../../../client/index.ts';

/** How the visitor of the status page identifies to the relay. */
export type Bearer =
  /** The operator's token, as it was typed. */
  | { readonly kind: 'operator'; readonly token: string }
  | { readonly kind: 'account'; readonly token: string }
  | { readonly kind: 'none' };

export interface OperatorAccessOptions {
  readonly fetch: typeof fetch;
  /** Never rejects. */
  readonly relay: Promise<RelayAddress>;
  readonly account: Pick<AccountController, 'learn' | 'credentials'>;
  /** Forgotten with the window; null if the browser refuses it. */
  readonly storage: KeyValueStore | null;
}

export type OperatorSignIn = ReturnType<typeof createOperatorAccess>;

/** What a header can carry: the relay takes no other tokens. */
const TOKEN = /^[\x21-\x7e]+$/;

/**
 * How the status page signs in: with the operator's token if one was given, else with the account
 * that is signed in. A guest's token is never sent: the relay would count it as a wrong guess.
 */
export function createOperatorAccess(options: OperatorAccessOptions) {
  const { storage, account } = options;
  /** How the last request signed in. */
  const store = createStore<{ readonly by: Bearer['kind'] }>(() => ({ by: 'none' }));
  /** By the origin of the relay, for browsers that refuse storage. */
  const given = new Map<string, string>();

  const keep = (relay: string, token: string): void => {
    given.set(relay, token);
    writeKept(storage, keyOf(relay), token === '' ? {} : { token });
  };
  const operatorToken = (relay: string): string => {
    const { token } = readKept(storage, keyOf(relay));
    return given.get(relay) ?? (typeof token === 'string' ? token : '');
  };

  const find = async (relay: string): Promise<Bearer> => {
    const token = operatorToken(relay);
    if (token !== '') return { kind: 'operator', token };
    await account.learn();
    const credentials = await account.credentials(relay);
    return credentials?.kind === 'account'
      ? { kind: 'account', token: credentials.token }
      : { kind: 'none' };
  };

  return {
    store,
    fetch: options.fetch,
    relay: options.relay,
    /**
     * @param relay - its origin
     * @throws SignInError
     */
    async bearer(relay: string): Promise<Bearer> {
      const bearer = await find(relay);
      store.setState({ by: bearer.kind });
      return bearer;
    },
    /** @returns whether it can be a token at all */
    async give(typed: string): Promise<boolean> {
      const token = typed.trim();
      const relay = await options.relay;
      if (relay.kind !== 'known' || !TOKEN.test(token)) return false;
      keep(relay.origin, token);
      return true;
    },
    async forget(): Promise<void> {
      const relay = await options.relay;
      if (relay.kind === 'known') keep(relay.origin, '');
    },
  };
}

function keyOf(relay: string): string {
  return `parley.operator ${relay}`;
}
