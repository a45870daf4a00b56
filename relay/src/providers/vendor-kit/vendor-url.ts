/** A path and query on a base URL that may itself have a path, with or without a last slash. */
export function onBase(
  baseUrl: string,
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>> = {},
): string {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url.href;
}

/** The same address for a WebSocket. */
export function asSocketUrl(url: string): string {
  return url.replace(/^http/, 'ws');
}

/**
 * Where the requests of an API begin. Some people give a base URL with the API's path, as the
 * vendor's examples show it, some without; both mean the same.
 *
 * @param path - e.g. `v1`
 */
export function apiRoot(baseUrl: string, path: string): string {
  const bare = baseUrl.replace(/\/+$/, '');
  return bare.endsWith(`/${path}`) ? bare : onBase(bare, path);
}
