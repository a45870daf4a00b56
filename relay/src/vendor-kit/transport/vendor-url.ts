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
