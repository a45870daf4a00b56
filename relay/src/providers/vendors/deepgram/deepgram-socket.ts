import { UPLINK_SAMPLE_RATE_HZ, type AudioCodec } from '@parley/shared';
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

/**
 * How the audio comes, for endpoints that listen. Opus comes raw, one packet a message, with the rate
 * of its own clock.
 * Source: https://developers.deepgram.com/docs/encoding
 */
export function encodingOf(codec: AudioCodec) {
  return codec === 'opus'
    ? { encoding: 'opus', sample_rate: 48_000 }
    : { encoding: 'linear16', sample_rate: UPLINK_SAMPLE_RATE_HZ };
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
