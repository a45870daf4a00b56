import { useEffect } from 'react';
import { requiredContext } from '../../lib/required-context.ts';
import { createLogTail, type LogFeed } from './operator/log-tail.ts';
import {
  createOperatorAccess,
  type OperatorSignIn,
  createOperatorApi,
  type OperatorApi,
} from './operator/operator-api.ts';
import { createStatusFeed, type StatusFeed } from './operator/status-feed.ts';
import type { AccountAccess } from '../account/account-access.ts';
import type { AccountController, KeyValueStore } from '../../client/index.ts';

/** What the parts of the status page share. */
export interface Operator {
  readonly access: OperatorSignIn;
  readonly api: OperatorApi;
  readonly feed: StatusFeed;
  readonly tail: LogFeed;
}

export const [OperatorProvider, useOperator] = requiredContext<Operator>('Operator');

export function createOperator(
  { fetch: fetchHere, relay }: Pick<AccountAccess, 'fetch' | 'relay'>,
  account: AccountController,
): Operator {
  const access = createOperatorAccess({
    fetch: fetchHere,
    relay,
    account,
    storage: windowStorage(),
  });
  const api = createOperatorApi(access);
  const feed = createStatusFeed({
    fetchOverview: api.overview,
    nowMs: () => Date.now(),
    isVisible: () => document.visibilityState === 'visible',
  });
  const tail = createLogTail({
    access: async () => {
      const address = await relay;
      if (address.kind !== 'known') return null;
      const bearer = await access.bearer(address.origin);
      return bearer.kind === 'none' ? null : { origin: address.origin, token: bearer.token };
    },
    openSocket: (url, protocols) => new WebSocket(url, protocols),
  });
  return { access, api, feed, tail };
}

/** Asks for as long as the page is open; at once when it comes back into sight, or the network does. */
export function useFeeding(feed: StatusFeed): void {
  useEffect(() => {
    const stop = feed.start();
    const wake = (): void => feed.wake();
    document.addEventListener('visibilitychange', wake);
    addEventListener('online', wake);
    return () => {
      document.removeEventListener('visibilitychange', wake);
      removeEventListener('online', wake);
      stop();
    };
  }, [feed]);
}

/** Reading `sessionStorage` itself throws if the browser forbids it. */
function windowStorage(): KeyValueStore | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
