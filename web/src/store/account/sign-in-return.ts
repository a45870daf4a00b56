/** OAuth 2.0 answers in the query, or in the fragment (RFC 6749 §4.1.2, §4.2.2). */
const PARAMETERS = ['code', 'error', 'error_code', 'error_description', 'access_token', 'sb'];

/** Whether the page was opened by a link or a service that signs people in, and that is not used up. */
export function isSignInReturn({ search, hash }: Pick<Location, 'search' | 'hash'>): boolean {
  return [search, hash].some((text) => {
    const parameters = parametersIn(text);
    return ['code', 'error', 'error_code', 'access_token'].some((name) => parameters.has(name));
  });
}

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

function parametersIn(text: string): URLSearchParams {
  return new URLSearchParams(text.slice(1));
}
