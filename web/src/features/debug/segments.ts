import { LATENCY_SEGMENTS, LATENCY_TARGETS_MS, type LatencySegment } from '@parley/shared/latency';
import type { RecordedTurn } from '../../client/index.ts';

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
