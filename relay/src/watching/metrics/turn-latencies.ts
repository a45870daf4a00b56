import { LATENCY_MARKS, timelineOf, type LatencyMarks } from '@parley/shared';
import type { MeasuredLatency } from '@parley/shared/monitoring-api';

/**
 * A reply's times, ms, by its timeline; unknown ones are left out. A spoken turn that was answered
 * aloud has them all, and its parts add up to `e2e`; others have no `e2e`.
 *
 * @param marks - instants on the session clock, as the relay has them at the end of a reply
 */
export function turnLatencies(marks: LatencyMarks): Partial<Record<MeasuredLatency, number>> {
  const { timeline } = timelineOf(marks);
  const { asr_final_ms: asr, llm_ttft_ms: llm, tts_ttfb_ms: tts } = timeline;
  const text_aggregation = timeline.text_aggregation_ms;
  // If the relay decided, there is no instant between endpointing and the uplink.
  const endpointing = timeline.endpointing_ms + timeline.uplink_ms;
  const pipeline = asr + llm + text_aggregation + tts;
  const { speech_end, end_received, llm_first_token, first_clause, tts_first_audio } = marks;
  const isVoiced = tts_first_audio !== undefined;
  // The first mark of all measures nothing: a greeting has nothing before its words.
  const first = LATENCY_MARKS.find((mark) => marks[mark] !== undefined);
  return {
    ...(llm_first_token !== undefined && first !== 'llm_first_token' && { llm }),
    ...(isVoiced && first_clause !== undefined && { tts }),
    ...(isVoiced && end_received !== undefined && { pipeline }),
    ...(isVoiced &&
      speech_end !== undefined && {
        ...{ endpointing, asr, llm, text_aggregation, tts, e2e: endpointing + pipeline },
      }),
  };
}
