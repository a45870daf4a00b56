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
  /** null if nothing was measured yet. */
  readonly percentiles: Percentiles | null;
}

/**
 * Percentile by nearest rank: the smallest value that at least `share` of all values do not exceed.
 * It is always a value that occurred, which a handful of turns needs more than interpolation.
 *
 * @param share 0–1
 * @returns NaN without values
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
  const targets = LATENCY_TARGETS_MS;
  return [
    measure('Voice to voice', targets.voice_to_voice_ms, spoken, (turn) => turn.voiceToVoiceMs),
    measure('ASR final', targets.asr_final_ms, spoken, (turn) => turn.timeline.asr_final_ms),
    measure('LLM first token', targets.llm_ttft_ms, turns, (turn) => turn.timeline.llm_ttft_ms),
    measure('TTS first byte', targets.tts_ttfb_ms, turns, (turn) => turn.timeline.tts_ttfb_ms),
  ];
}

function measure(
  name: string,
  targetMs: number,
  turns: readonly MeasuredTurn[],
  msOf: (turn: MeasuredTurn) => number,
): Measure {
  return { name, targetMs, percentiles: percentilesOf(turns.map(msOf)) };
}

/** Whole milliseconds with thousands set apart. */
export function msText(ms: number): string {
  return Math.round(ms).toLocaleString('en');
}
