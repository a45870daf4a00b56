/**
 * Whether the page was opened by a link or a service that signs people in, and that is not used
 * up. OAuth 2.0 answers in the query, or in the fragment (RFC 6749 §4.1.2, §4.2.2).
 */
export function isSignInReturn({ search, hash }: Pick<Location, 'search' | 'hash'>): boolean {
  return [search, hash].some((text) => {
    const parameters = parametersIn(text);
    return ['code', 'error', 'error_code', 'access_token'].some((name) => parameters.has(name));
  });
}

export function parametersIn(text: string): URLSearchParams {
  return new URLSearchParams(text.slice(1));
}
