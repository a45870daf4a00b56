import { LATENCY_TARGETS_MS } from '@parley/shared/latency';
import type { MeasuredTurn } from '../../messages/media-messages.ts';

/** The target line always has some room to its right. */
const LEAST_MS = LATENCY_TARGETS_MS.voice_to_voice_ms * 1.2;
/** One slow turn must not press all others flat; its bar is cut off, its figure is not. */
const MOST_MS = LATENCY_TARGETS_MS.voice_to_voice_ms * 3;
const STEP_MS = 100;

/** Duration that the full width of the waterfall stands for. */
export function waterfallSpanMs(turns: readonly MeasuredTurn[]): number {
  const longest = Math.max(0, ...turns.map((turn) => turn.voiceToVoiceMs));
  const rounded = Math.ceil((longest * 1.02) / STEP_MS) * STEP_MS;
  return Math.min(MOST_MS, Math.max(LEAST_MS, rounded));
}
