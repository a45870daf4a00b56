import { useMemo } from 'react';
import { latencyOf, type Latency } from '../store/latency.ts';
import { useDebug } from './call-provider.tsx';

/**
 * How soon answers are heard: of the last spoken turn, and over the last hundred of the page.
 *
 * @example
 * const { last, percentiles } = useLatency();
 * return <p>Answered after {last?.voice_to_voice_ms} ms, median {percentiles.voice_to_voice_ms.p50}</p>;
 */
export function useLatency(): Latency {
  const turns = useDebug((state) => state.turns);
  return useMemo(() => latencyOf(turns), [turns]);
}
