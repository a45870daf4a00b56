import { silentLogger } from '../../src/lib/logger.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Owned } from '../../src/stages/provider.ts';
import type { Transcriber } from '../../src/stages/transcriber.ts';
import { createFluxTranscriber } from '../../src/vendors/deepgram/deepgram-flux-transcriber.ts';
import { createNovaTranscriber } from '../../src/vendors/deepgram/deepgram-nova-transcriber.ts';
import type { ProviderContext } from '../../src/vendor-kit/vendor.ts';
import type { UpstreamAddress } from './upstream.ts';

const CONTEXT: ProviderContext = {
  clock: systemClock,
  logger: silentLogger,
  connectMs: 10_000,
  language: 'en-US',
};

/** Nova as a relay uses it, with Flux to fall back on. */
export function novaTranscribers({ url, key }: UpstreamAddress): Owned<Transcriber>[] {
  const access = { baseUrl: url, apiKey: key };
  return [
    createNovaTranscriber({ ...access, model: 'nova-3' }, CONTEXT),
    createFluxTranscriber(access, CONTEXT),
  ];
}
