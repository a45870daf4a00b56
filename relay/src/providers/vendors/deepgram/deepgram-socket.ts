import { asSocketUrl, onBase } from '../../vendor-kit/vendor-url.ts';
import type { AdapterOptions, ProviderContext } from '../../vendor-kit/vendor.ts';
import { openVendorSocket, type VendorSocket } from '../../vendor-kit/websocket/vendor-socket.ts';

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

/** Opens an endpoint that listens. @throws ProviderError; the signal's reason when aborted */
export function openListening(
  provider: string,
  address: ReturnType<typeof deepgramAddress>,
  { connectMs, clock }: ProviderContext,
  signal: AbortSignal,
): Promise<VendorSocket> {
  const stage = 'transcriber';
  return openVendorSocket({ ...address, provider, stage, connectMs, clock, signal });
}
