import type { AccountIssuer, IssuerOptions } from './account-issuer.ts';
import type { AccountsAt } from './sign-in-options.ts';

/** Fetches the library of the issuer of accounts; most relays name none. */
export async function loadIssuer(
  accounts: AccountsAt,
  options: IssuerOptions,
): Promise<AccountIssuer> {
  switch (accounts.kind) {
    case 'supabase':
      return (await import('./supabase-issuer.ts')).createSupabaseIssuer(accounts, options);
  }
}
