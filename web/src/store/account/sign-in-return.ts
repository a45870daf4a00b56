/**
 * Whether the page was opened by a link or a service that signs people in: OAuth 2.0 answers with
 * `code` or `error` in the query, or in the fragment (RFC 6749 §4.1.2, §4.2.2).
 */
export function isSignInReturn({ search, hash }: Pick<Location, 'search' | 'hash'>): boolean {
  return [search.slice(1), hash.slice(1)].some((text) => {
    const parameters = new URLSearchParams(text);
    return ['code', 'error', 'error_code', 'access_token'].some((name) => parameters.has(name));
  });
}
