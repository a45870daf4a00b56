import { createContext, useContext, useEffect } from 'react';
import { createOperatorAccess, type OperatorAccess } from '../../store/operator/operator-access.ts';
import { createOperatorApi, type OperatorApi } from '../../store/operator/operator-api.ts';
import { createStatusFeed, type StatusFeed } from '../../store/operator/status-feed.ts';
import type { AccountAccess } from '../../store/account-access.ts';
import type { AccountController } from '../../store/account/account-controller.ts';
import type { KeyValueStore } from '../../store/settings.ts';

/** What the parts of the status page share. */
export interface Operator {
  readonly access: OperatorAccess;
  readonly api: OperatorApi;
  readonly feed: StatusFeed;
}

const OperatorContext = createContext<Operator | null>(null);

export const OperatorProvider = OperatorContext.Provider;

export function useOperator(): Operator {
  const operator = useContext(OperatorContext);
  if (operator === null) throw new Error('useOperator outside of an OperatorProvider');
  return operator;
}

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
  return { access, api, feed };
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
