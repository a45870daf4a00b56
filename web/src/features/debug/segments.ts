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
    who: 'page: from the true end of speech until it was sure',
    colour: 'var(--segment-endpointing)',
  },
  uplink_ms: {
    label: 'Uplink',
    who: 'network: the last words on their way to the relay',
    colour: 'var(--segment-uplink)',
  },
  asr_final_ms: {
    label: 'ASR final',
    who: 'transcriber: until the final words',
    colour: 'var(--segment-asr)',
  },
  llm_ttft_ms: {
    label: 'LLM first token',
    who: 'generator: until its first text',
    colour: 'var(--segment-llm)',
  },
  text_aggregation_ms: {
    label: 'Text aggregation',
    who: 'relay: until a clause was whole enough to be spoken',
    colour: 'var(--segment-aggregation)',
  },
  tts_ttfb_ms: {
    label: 'TTS first byte',
    who: 'synthesizer: until its first audio',
    colour: 'var(--segment-tts)',
  },
  downlink_ms: {
    label: 'Downlink',
    who: 'network: the first audio on its way to the page',
    colour: 'var(--segment-downlink)',
  },
  playout_ms: {
    label: 'Playout',
    who: 'page: jitter buffer and sound card',
    colour: 'var(--segment-playout)',
  },
};

/** The segment's own target, ms; null where only the total is held to one. */
export function targetOf(segment: LatencySegment): number | null {
  const targets: Partial<Record<LatencySegment, number>> = LATENCY_TARGETS_MS;
  return targets[segment] ?? null;
}

export { LATENCY_SEGMENTS };
