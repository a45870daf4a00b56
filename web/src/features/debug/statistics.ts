import { LATENCY_TARGETS_MS, type LatencySegment } from '@parley/shared/latency';
import { percentilesOf, shownPercentiles } from '@parley/shared/statistics';
import type { MeasuredTurn } from '../../client/index.ts';

/** A typed turn has no speech to wait for or to recognise: its zeros would flatter every figure. */
export function isSpoken({ utterance }: MeasuredTurn): boolean {
  return utterance !== null;
}

/** The four figures that have a target, over all spoken turns. */
export function measuresOf(turns: readonly MeasuredTurn[]) {
  const spoken = turns.filter(isSpoken);
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
  const typed = turns.filter((turn) => !isSpoken(turn));
  return percentilesOf(typed.map((turn) => turn.voiceToVoiceMs)).p50;
}

function measure(
  name: string,
  targetMs: number,
  turns: readonly MeasuredTurn[],
  msOf: (turn: MeasuredTurn) => number,
) {
  return { name, targetMs, percentiles: shownPercentiles(percentilesOf(turns.map(msOf))) };
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
