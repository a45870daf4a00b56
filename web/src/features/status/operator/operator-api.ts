import { API_PATHS, ParleyError } from '@parley/shared';
import { ClientError } from '@parley/shared/link/client-error';
import {
  requestJson,
  requestRelay,
  type RelayEndpoint,
  type RelayRequest,
} from '@parley/shared/link/relay-request';
import {
  overviewSchema,
  serviceResetSchema,
  type HistoryRange,
  type Overview,
} from '@parley/shared/monitoring-api';
import { createStore } from 'zustand/vanilla';
import {
  type AccountController,
  type KeyValueStore,
  type RelayAddress,
  readKept,
  writeKept,
} from '../../../client/index.ts';

/**
 * Why the relay shows nothing to this person:
 *
 * - `unknown`: the visitor is not signed in
 * - `wrong-token`: what was typed is not the operator's token
 * - `not-admin`: the account may not see it
 * - `no-admin`: the relay has no administrators
 * - `no-status`: it does not measure its calls, or has no administrators any more
 */
export type Refusal = 'unknown' | 'wrong-token' | 'not-admin' | 'no-admin' | 'no-status';

export class OperatorRefused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options: { cause?: unknown } = {}) {
    super(refusal, options);
    this.name = 'OperatorRefused';
    this.refusal = refusal;
  }
}

/** The page asks again in a moment: an answer that takes longer is useless. */
const OVERVIEW_DEADLINE_MS = 5_000;
/** The relay writes the heap to disk and sends it: some hundred megabytes. */
const HEAP_DEADLINE_MS = 300_000;

export type OperatorApi = ReturnType<typeof createOperatorApi>;

/**
 * What operators ask of the relay. Every method throws `OperatorRefused` if the person may not, and
 * as `requestRelay` does.
 */
export function createOperatorApi(access: OperatorSignIn) {
  const ask = async <T>(
    request: Omit<RelayRequest, 'token'>,
    send: (relay: RelayEndpoint<Response>, request: RelayRequest) => Promise<T>,
  ): Promise<T> => {
    const relay = await access.relay;
    if (relay.kind === 'misconfigured') throw new ClientError('unreachable', relay.message);
    const bearer = await access.bearer(relay.origin);
    const token = bearer.kind === 'none' ? undefined : bearer.token;
    try {
      return await send({ baseUrl: relay.origin, fetch: access.fetch }, { ...request, token });
    } catch (error) {
      throw refusedOf(error, bearer) ?? error;
    }
  };

  return {
    overview(range: HistoryRange, signal: AbortSignal, id?: string): Promise<Overview> {
      const ofRelay = id === undefined ? '' : `&relay=${encodeURIComponent(id)}`;
      const path = `${API_PATHS.adminOverview}?range=${range}${ofRelay}`;
      const deadlineMs = OVERVIEW_DEADLINE_MS;
      return ask({ method: 'GET', path, signal, deadlineMs }, async (relay, request) => {
        try {
          return await requestJson(relay, request, overviewSchema);
        } catch (error) {
          // The address is there if the public may see it at all.
          if (!(error instanceof ParleyError) || error.code !== 'not_found') throw error;
          const refusal = request.token === undefined ? 'no-admin' : 'no-status';
          throw new OperatorRefused(refusal, { cause: error });
        }
      });
    },
    /** Takes a provider's failures from its record, so that it is tried at once. */
    async resetService(serviceId: string, signal: AbortSignal): Promise<void> {
      const path = `${API_PATHS.monitoring}/health/reset/${encodeURIComponent(serviceId)}`;
      await ask({ method: 'POST', path, signal }, (relay, request) =>
        requestJson(relay, request, serviceResetSchema),
      );
    },
    endSession(id: string, signal: AbortSignal): Promise<void> {
      const path = `${API_PATHS.adminSessions}/${encodeURIComponent(id)}/end`;
      return ask({ method: 'POST', path, signal }, (relay, request) =>
        requestRelay(relay, request, () => Promise.resolve()),
      );
    },
    heapSnapshot(signal: AbortSignal): Promise<Blob> {
      const asked = { method: 'POST', path: API_PATHS.adminHeap, signal } as const;
      return ask({ ...asked, deadlineMs: HEAP_DEADLINE_MS }, (relay, request) =>
        requestRelay(relay, request, (answer) => answer.blob()),
      );
    },
  };
}

function refusedOf(error: unknown, bearer: Bearer): OperatorRefused | undefined {
  if (!(error instanceof ParleyError)) return undefined;
  const options = { cause: error };
  switch (error.code) {
    case 'unauthorized':
      return new OperatorRefused(bearer.kind === 'operator' ? 'wrong-token' : 'unknown', options);
    case 'forbidden':
      return new OperatorRefused('not-admin', options);
    default:
      return undefined;
  }
}

/** How the visitor of the status page identifies to the relay. */
type Bearer =
  /** The operator's token, as it was typed. */
  | { readonly kind: 'operator'; readonly token: string }
  | { readonly kind: 'account'; readonly token: string }
  | { readonly kind: 'none' };

interface OperatorAccessOptions {
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
