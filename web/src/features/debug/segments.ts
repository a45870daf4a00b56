import { LATENCY_SEGMENTS, LATENCY_TARGETS_MS, type LatencySegment } from '@parley/shared/latency';

export interface SegmentWords {
  readonly label: string;
  /** What happens in it, and who does it. */
  readonly who: string;
  /** Design token of its colour, the same wherever the segment is shown. */
  readonly colour: string;
}

export const SEGMENT_WORDS: Readonly<Record<LatencySegment, SegmentWords>> = {
  endpointing_ms: {
    label: 'Endpointing',
    who: 'page makes sure speech ended',
    colour: 'var(--segment-endpointing)',
  },
  uplink_ms: {
    label: 'Uplink',
    who: 'last words travel to the relay',
    colour: 'var(--segment-uplink)',
  },
  asr_final_ms: {
    label: 'ASR final',
    who: 'transcriber: final words',
    colour: 'var(--segment-asr)',
  },
  llm_ttft_ms: {
    label: 'LLM first token',
    who: 'generator: first text',
    colour: 'var(--segment-llm)',
  },
  text_aggregation_ms: {
    label: 'Text aggregation',
    who: 'relay: first whole clause',
    colour: 'var(--segment-aggregation)',
  },
  tts_ttfb_ms: {
    label: 'TTS first byte',
    who: 'synthesizer: first audio',
    colour: 'var(--segment-tts)',
  },
  downlink_ms: {
    label: 'Downlink',
    who: 'first audio travels to the page',
    colour: 'var(--segment-downlink)',
  },
  playout_ms: {
    label: 'Playout',
    who: 'jitter buffer and sound card',
    colour: 'var(--segment-playout)',
  },
};

/** The segment's own target, ms; null where only the total is held to one. */
export function targetOf(segment: LatencySegment): number | null {
  const targets: Partial<Record<LatencySegment, number>> = LATENCY_TARGETS_MS;
  return targets[segment] ?? null;
}

export { LATENCY_SEGMENTS };
