import { LATENCY_SEGMENTS, type LatencySegment } from '@parley/shared/latency';
import { percentilesOf, shownPercentiles } from '@parley/shared/statistics';
import type { MeasuredTurn } from '../messages/media-messages.ts';

export type LatencyMeasure = 'voice_to_voice_ms' | LatencySegment;

/** Over turns, ms; null while too few are known for it to mean something. */
interface LatencyPercentiles {
  readonly count: number;
  /** The median. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export interface Latency {
  /** Of the last turn that was spoken: the parts are its total; null before one is measured. */
  readonly last: { readonly [measure in LatencyMeasure]: number } | null;
  /** Over all turns that are known. The medians of the parts need not sum to that of the total. */
  readonly percentiles: { readonly [measure in LatencyMeasure]: LatencyPercentiles };
}

/** A typed turn has no speech to wait for or to recognise: its zeros would flatter every figure. */
export function isSpoken({ utterance }: MeasuredTurn): boolean {
  return utterance !== null;
}

export function latencyOf(turns: readonly MeasuredTurn[]): Latency {
  const spoken = turns
    .filter(isSpoken)
    .map(({ timeline, voiceToVoiceMs }) => ({ voice_to_voice_ms: voiceToVoiceMs, ...timeline }));
  const percentiles = Object.fromEntries(
    (['voice_to_voice_ms', ...LATENCY_SEGMENTS] as const).map((measure) => [
      measure,
      shownPercentiles(percentilesOf(spoken.map((turn) => turn[measure]))),
    ]),
  ) as Latency['percentiles'];
  return { last: spoken.at(-1) ?? null, percentiles };
}
