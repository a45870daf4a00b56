import { LATENCY_MARKS, timelineOf, type LatencyMark, type LatencyMarks } from '@parley/shared';

/** A reply's times of the stages, ms, by its timeline; unknown ones are left out. */
export interface TurnLatencies {
  readonly llm?: number;
  readonly tts?: number;
  /** From the end of the audio to the first audio. */
  readonly pipeline?: number;
  /** From the true end of speech to the first audio. */
  readonly e2e?: number;
}

/** @param marks - instants on the session clock, as the relay has them at the end of a reply */
export function turnLatencies(marks: LatencyMarks): TurnLatencies {
  const { timeline } = timelineOf(marks);
  return {
    ...(hasBefore(marks, 'llm_first_token') && { llm: timeline.llm_ttft_ms }),
    ...(marks.first_clause !== undefined &&
      marks.tts_first_audio !== undefined && { tts: timeline.tts_ttfb_ms }),
    ...spanOf('pipeline', marks, 'end_received'),
    ...spanOf('e2e', marks, 'speech_end'),
  };
}

/** A mark that has none before it measures nothing: a typed turn has no end of speech. */
function hasBefore(marks: LatencyMarks, mark: LatencyMark): boolean {
  if (marks[mark] === undefined) return false;
  return LATENCY_MARKS.slice(0, LATENCY_MARKS.indexOf(mark)).some(
    (earlier) => marks[earlier] !== undefined,
  );
}

function spanOf(name: 'pipeline' | 'e2e', marks: LatencyMarks, from: LatencyMark): TurnLatencies {
  const { [from]: start, tts_first_audio: end } = marks;
  if (start === undefined || end === undefined) return {};
  return { [name]: Math.max(0, end - start) };
}
