import { LATENCY_TARGETS_MS, type LatencySegment } from '@parley/shared/latency';
import type { MeasuredTurn } from '../../client/index.ts';

/**
 * Percentile by nearest rank: the smallest value that at least `share` of all values do not exceed.
 * The result always occurred, which a handful of turns needs more than interpolation.
 *
 * @param share 0–1
 * @returns NaN without values
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** Of fewer turns the 95th percentile is but the slowest of them. */
export const ENOUGH_TURNS = 20;

/** The four figures that have a target, over all spoken turns; null if there is none. */
export function measuresOf(turns: readonly MeasuredTurn[]) {
  // A typed turn has no speech to wait for or to recognise; its zeros would flatter the figures.
  const spoken = turns.filter((turn) => turn.utterance !== null);
  const targets = LATENCY_TARGETS_MS;
  return [
    measure('Voice to voice', targets.voice_to_voice_ms, spoken, (turn) => turn.voiceToVoiceMs),
    measure('ASR final', targets.asr_final_ms, spoken, (turn) => turn.timeline.asr_final_ms),
    measure('LLM first token', targets.llm_ttft_ms, spoken, (turn) => turn.timeline.llm_ttft_ms),
    measure('TTS first byte', targets.tts_ttfb_ms, spoken, (turn) => turn.timeline.tts_ttfb_ms),
  ];
}

/** From what was typed to the first sample of the answer: the middle of all; null if none was. */
export function typedMedianMs(turns: readonly MeasuredTurn[]): number | null {
  const typed = turns.filter((turn) => turn.utterance === null);
  return typed.length === 0
    ? null
    : percentile(
        typed.map((turn) => turn.voiceToVoiceMs),
        0.5,
      );
}

function measure(
  name: string,
  targetMs: number,
  turns: readonly MeasuredTurn[],
  msOf: (turn: MeasuredTurn) => number,
) {
  const values = turns.map(msOf);
  const isEnough = values.length >= ENOUGH_TURNS;
  const percentiles = {
    p50: percentile(values, 0.5),
    p95: isEnough ? percentile(values, 0.95) : null,
    p99: isEnough ? percentile(values, 0.99) : null,
  };
  return { name, targetMs, percentiles: values.length === 0 ? null : percentiles };
}

/** Whole milliseconds with thousands set apart. */
export function msText(ms: number): string {
  return Math.round(ms).toLocaleString('en');
}

/** A segment's figure; with a sign if it is a bound rather than a measurement. */
export function segmentText(turn: MeasuredTurn, segment: LatencySegment): string {
  const sign = turn.approximate?.includes(segment) === true ? '≈' : '';
  return `${sign}${msText(turn.timeline[segment])}`;
}

/** The total; its end alone can be a bound without another segment making up for it. */
export function totalText(turn: MeasuredTurn): string {
  const sign = turn.approximate?.includes('playout_ms') === true ? '≈' : '';
  return `${sign}${msText(turn.voiceToVoiceMs)}`;
}

/** Whole milliseconds more (+) or fewer (−). */
export function differenceText(ms: number): string {
  const whole = Math.round(ms);
  const sign = whole > 0 ? '+' : whole < 0 ? '−' : '';
  return `${sign}${msText(Math.abs(whole))}`;
}

/** The target line always has some room to its right. */
const LEAST_MS = LATENCY_TARGETS_MS.voice_to_voice_ms * 1.2;
/** One slow turn must not press all others flat; its bar is cut off, its figure is not. */
const MOST_MS = LATENCY_TARGETS_MS.voice_to_voice_ms * 3;
const STEP_MS = 100;

/** Duration that the full width of the waterfall represents. */
export function waterfallSpanMs(turns: readonly MeasuredTurn[]): number {
  const longest = Math.max(0, ...turns.map((turn) => turn.voiceToVoiceMs));
  const rounded = Math.ceil((longest * 1.02) / STEP_MS) * STEP_MS;
  return Math.min(MOST_MS, Math.max(LEAST_MS, rounded));
}
