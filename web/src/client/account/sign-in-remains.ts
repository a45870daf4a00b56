import { isSignInReturn, parametersIn } from './sign-in-return.ts';

/** What a sign-in may leave in the address. */
const PARAMETERS = ['code', 'error', 'error_code', 'error_description', 'access_token', 'sb'];

/** The issuer's own code for what went wrong; null if it does not say. */
export function returnedErrorIn({
  search,
  hash,
}: Pick<Location, 'search' | 'hash'>): string | null {
  const [query, fragment] = [parametersIn(search), parametersIn(hash)];
  return ['error_code', 'error'].reduce<string | null>(
    (found, name) => found ?? query.get(name) ?? fragment.get(name),
    null,
  );
}

/** The address without what a sign-in left in it. */
export function withoutSignInReturn(href: string): string {
  const url = new URL(href);
  for (const name of PARAMETERS) url.searchParams.delete(name);
  if (isSignInReturn({ search: '', hash: url.hash })) url.hash = '';
  return url.href;
}
