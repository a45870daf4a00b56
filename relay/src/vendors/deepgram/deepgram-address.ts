import { asSocketUrl, onBase } from '../../vendor-kit/vendor-url.ts';
import type { AdapterOptions } from '../../vendor-kit/vendor.ts';

export type DeepgramAccess = Pick<AdapterOptions, 'apiKey' | 'baseUrl'>;

/** One of the vendor's streaming endpoints, and what it wants to know of us. */
export function deepgramAddress(
  { baseUrl, apiKey }: DeepgramAccess,
  path: string,
  query: Parameters<typeof onBase>[2],
) {
  return {
    url: asSocketUrl(onBase(baseUrl, path, query)),
    headers: { authorization: `Token ${apiKey}` },
  };
}
