import type { Stage } from '../../stages/provider.ts';
import { asSocketUrl, onBase } from '../../vendor-kit/vendor-url.ts';
import { openVendorSocket, type VendorSocket } from '../../vendor-kit/websocket/vendor-socket.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';

export interface DeepgramAccess {
  readonly baseUrl: string;
  readonly apiKey: string;
}

export interface DeepgramEndpoint {
  readonly provider: string;
  readonly stage: Stage;
  readonly path: string;
  readonly query: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** Opens one of the vendor's streaming endpoints. @throws ProviderError; the signal's reason */
export function openDeepgramSocket(
  endpoint: DeepgramEndpoint,
  access: DeepgramAccess,
  { clock, connectMs }: Pick<ProviderContext, 'clock' | 'connectMs'>,
  signal: AbortSignal,
): Promise<VendorSocket> {
  return openVendorSocket({
    provider: endpoint.provider,
    stage: endpoint.stage,
    ...deepgramAddress(access, endpoint.path, endpoint.query),
    connectMs,
    clock,
    signal,
  });
}

export function deepgramAddress(
  { baseUrl, apiKey }: DeepgramAccess,
  path: string,
  query: DeepgramEndpoint['query'],
) {
  return {
    url: asSocketUrl(onBase(baseUrl, path, query)),
    headers: { authorization: `Token ${apiKey}` },
  };
}
