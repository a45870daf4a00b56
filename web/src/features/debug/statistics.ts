import { LATENCY_TARGETS_MS } from '@parley/shared/latency';
import type { MeasuredTurn } from '../../messages/media-messages.ts';

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Measure {
  readonly name: string;
  readonly targetMs: number;
  /** null where nothing was measured yet. */
  readonly percentiles: Percentiles | null;
}

/**
 * Percentile by nearest rank: the smallest value that at least `share` of all values do not exceed.
 * It is always a value that occurred, which a handful of turns needs more than interpolation.
 *
 * @param share 0–1
 * @returns NaN where there are no values
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

export function percentilesOf(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  return {
    p50: percentile(values, 0.5),
    p95: percentile(values, 0.95),
    p99: percentile(values, 0.99),
  };
}

/** The four figures that have a target, over all turns that have them. */
export function measuresOf(turns: readonly MeasuredTurn[]): readonly Measure[] {
  // A typed turn has no speech to recognise; its zeros would flatter the figure.
  const spoken = turns.filter((turn) => turn.utterance !== null);
  return [
    {
      name: 'Voice to voice',
      targetMs: LATENCY_TARGETS_MS.voice_to_voice_ms,
      percentiles: percentilesOf(spoken.map((turn) => turn.voiceToVoiceMs)),
    },
    {
      name: 'ASR final',
      targetMs: LATENCY_TARGETS_MS.asr_final_ms,
      percentiles: percentilesOf(spoken.map((turn) => turn.timeline.asr_final_ms)),
    },
    {
      name: 'LLM first token',
      targetMs: LATENCY_TARGETS_MS.llm_ttft_ms,
      percentiles: percentilesOf(turns.map((turn) => turn.timeline.llm_ttft_ms)),
    },
    {
      name: 'TTS first byte',
      targetMs: LATENCY_TARGETS_MS.tts_ttfb_ms,
      percentiles: percentilesOf(turns.map((turn) => turn.timeline.tts_ttfb_ms)),
    },
  ];
}

/** Whole milliseconds with thousands set apart. */
export function msText(ms: number): string {
  return Math.round(ms).toLocaleString('en');
}
