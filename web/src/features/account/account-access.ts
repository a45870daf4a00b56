import { createContext, useContext } from 'react';
import type { RelayAddress } from '../../client/index.ts';

/** What it takes to ask the relay for what belongs to the person. */
export interface AccountAccess {
  readonly fetch: typeof fetch;
  /** Never rejects. */
  readonly relay: Promise<RelayAddress>;
  /**
   * The person's bearer token; undefined without one.
   *
   * @param relay - its origin: another relay must not see the token
   */
  token(relay: string): Promise<string | undefined>;
}

const AccessContext = createContext<AccountAccess | null>(null);

export const AccountAccessProvider = AccessContext.Provider;

export function useAccountAccess(): AccountAccess {
  const access = useContext(AccessContext);
  if (access === null) throw new Error('useAccountAccess outside of an AccountAccessProvider');
  return access;
}
