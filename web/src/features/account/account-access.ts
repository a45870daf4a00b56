import type { RelayAddress } from '../../client/index.ts';
import { requiredContext } from '../../lib/required-context.ts';

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

export const [AccountAccessProvider, useAccountAccess] =
  requiredContext<AccountAccess>('AccountAccess');
