import { onBase } from '../transport/vendor-url.ts';

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
