import { relayUrl } from '@parley/shared/page-paths';
import { useEffect, useState } from 'react';
import type { SessionDescription } from '@parley/shared';
import { useAccountAccess } from '../account/account-access.ts';
import { useCallState } from '../../client/react/index.ts';

/** What may be chosen of a voice, and of languages. */
export type OfferedVoices = Pick<SessionDescription, 'voices' | 'speeds' | 'languages'>;

const DEADLINE_MS = 5_000;

/** What the session offers or, outside of a call, what the relay would; null while that is unknown. */
export function useVoiceOffer(): OfferedVoices | null {
  const session = useCallState((state) => state.session);
  const { fetch: fetchLike, relay } = useAccountAccess();
  const [offer, setOffer] = useState<OfferedVoices | null>(null);
  const isNeeded = session === null && offer === null;
  useEffect(() => {
    if (!isNeeded) return;
    const closed = new AbortController();
    const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(DEADLINE_MS)]);
    const ask = async (): Promise<void> => {
      const address = await relay;
      if (address.kind !== 'known') return;
      const response = await fetchLike(relayUrl(address.origin, '/health'), { signal });
      if (response.ok) setOffer(voiceOfferIn(await response.json()));
    };
    // Without an answer the server's own choice is all there is to choose.
    ask().catch(() => undefined);
    return () => closed.abort();
  }, [isNeeded, fetchLike, relay]);
  return session ?? offer;
}

/** Checked by hand: the schema library is not part of the page. An older relay offers nothing. */
export function voiceOfferIn(body: unknown): OfferedVoices | null {
  const { voices, speeds, languages } = (body ?? {}) as Partial<
    Record<keyof OfferedVoices, unknown>
  >;
  if (!Array.isArray(voices)) return null;
  const isVoice = (voice: unknown): voice is OfferedVoices['voices'][number] => {
    const { id, label } = (voice ?? {}) as Record<string, unknown>;
    return typeof id === 'string' && typeof label === 'string';
  };
  const { min, max } = (speeds ?? {}) as Record<string, unknown>;
  const hasSpeeds = typeof min === 'number' && typeof max === 'number' && min < max;
  return {
    voices: voices.filter((voice) => isVoice(voice)),
    ...(hasSpeeds ? { speeds: { min, max } } : {}),
    ...(Array.isArray(languages)
      ? { languages: languages.filter((tag) => typeof tag === 'string') }
      : {}),
  };
}
