import { LATENCY_TARGETS_MS, type LatencySegment, LATENCY_SEGMENTS } from '@parley/shared/latency';
import { percentilesOf } from '@parley/shared/statistics';
import {
  isSpoken,
  type Latency,
  type MeasuredTurn,
  type RecordedTurn,
} from '../../client/index.ts';

const MEASURES = [
  ['Voice to voice', 'voice_to_voice_ms'],
  ['ASR final', 'asr_final_ms'],
  ['LLM first token', 'llm_ttft_ms'],
  ['TTS first byte', 'tts_ttfb_ms'],
] as const;

/** The four figures that have a target, over all spoken turns. */
export function measuresOf({ percentiles }: Latency) {
  return MEASURES.map(([name, measure]) => ({
    name,
    targetMs: LATENCY_TARGETS_MS[measure],
    percentiles: percentiles[measure],
  }));
}

/** From what was typed to the first sample of the answer: the middle of all; null if none was. */
export function typedMedianMs(turns: readonly MeasuredTurn[]): number | null {
  const typed = turns.filter((turn) => !isSpoken(turn));
  return percentilesOf(typed.map((turn) => turn.voiceToVoiceMs)).p50;
}

/** Whole milliseconds with thousands set apart; a dash for what was not measured. */
export function msText(ms: number | null): string {
  return ms === null ? '–' : Math.round(ms).toLocaleString('en');
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

export const SEGMENT_WORDS = {
  endpointing_ms: words('Endpointing', 'page makes sure speech ended', 'endpointing'),
  uplink_ms: words('Uplink', 'last words travel to the relay', 'uplink'),
  asr_final_ms: words('ASR final', 'transcriber: final words', 'asr'),
  llm_ttft_ms: words('LLM first token', 'generator: first text', 'llm'),
  text_aggregation_ms: words('Text aggregation', 'relay: first whole clause', 'aggregation'),
  tts_ttfb_ms: words('TTS first byte', 'synthesizer: first audio', 'tts'),
  downlink_ms: words('Downlink', 'first audio travels to the page', 'downlink'),
  playout_ms: words('Playout', 'jitter buffer and sound card', 'playout'),
} as const satisfies Record<LatencySegment, object>;

/** The segment's own target, ms; undefined if only the total is held to one. */
export const SEGMENT_TARGETS_MS: Partial<Record<LatencySegment, number>> = LATENCY_TARGETS_MS;

/** When a turn's segment began and ended, ms since the call began. */
export function segmentSpan(
  { heardAtMs, timeline }: Pick<RecordedTurn, 'heardAtMs' | 'timeline'>,
  segment: LatencySegment,
) {
  const later = LATENCY_SEGMENTS.slice(LATENCY_SEGMENTS.indexOf(segment) + 1);
  const toMs = later.reduce((atMs, one) => atMs - timeline[one], heardAtMs);
  return { fromMs: toMs - timeline[segment], toMs };
}

/**
 * @param who the work in the segment, and its provider
 * @param token of its colour, the same wherever the segment is shown
 */
function words(label: string, who: string, token: string) {
  return { label, who, colour: `var(--segment-${token})` };
}
