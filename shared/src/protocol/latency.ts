import { z } from 'zod/mini';

/**
 * Where the time of a turn went.
 *
 * A turn's timeline is nine instants on the session clock. The eight segments between them are
 * contiguous, so they sum to the total by construction: at-ear voice-to-voice.
 */

export const LATENCY_MARKS = [
  /** True end of speech, found by the client in its samples or by its VAD. */
  'speech_end',
  /** The client decided that the person had finished and sent the end. */
  'end_sent',
  /** The relay had the whole utterance. */
  'end_received',
  /** The final transcript was there. */
  'asr_final',
  /** The generator's first text. */
  'llm_first_token',
  /** The first clause was handed to the synthesizer. */
  'first_clause',
  /** The synthesizer's first audio. */
  'tts_first_audio',
  /** The client received the first audio. */
  'audio_received',
  /** The first sample that can be heard left the speaker. */
  'audio_heard',
] as const;
export type LatencyMark = (typeof LATENCY_MARKS)[number];

export const LATENCY_SEGMENTS = [
  'endpointing_ms',
  'uplink_ms',
  'asr_final_ms',
  'llm_ttft_ms',
  'text_aggregation_ms',
  'tts_ttfb_ms',
  'downlink_ms',
  'playout_ms',
] as const;
export type LatencySegment = (typeof LATENCY_SEGMENTS)[number];

/** Session-clock instants, ms. A mark that did not happen (a typed turn has no ASR) is absent. */
export type LatencyMarks = { readonly [mark in LatencyMark]?: number | undefined };
export type LatencyTimeline = { readonly [segment in LatencySegment]: number };

/** What we hold ourselves to, ms; shown as met or missed. */
export const LATENCY_TARGETS_MS = {
  asr_final_ms: 500,
  llm_ttft_ms: 300,
  tts_ttfb_ms: 200,
  voice_to_voice_ms: 1_000,
} as const;

/**
 * Turns instants into segments that sum exactly to the span from the first mark to the last.
 *
 * An absent mark collapses its segment to zero. Marks can run backwards if stages overlap (a reply
 * begun before the end of speech was sure) or by the error of the clock offset; each is then held
 * at the one before it, so a segment is never negative.
 *
 * @returns whole-ms segments, and their sum as `voiceToVoiceMs`
 */
export function timelineOf(marks: LatencyMarks): {
  timeline: LatencyTimeline;
  voiceToVoiceMs: number;
} {
  const instants: number[] = [];
  const first = LATENCY_MARKS.map((mark) => marks[mark]).find((instant) => instant !== undefined);
  let latest = Math.round(first ?? 0);
  for (const mark of LATENCY_MARKS) {
    latest = Math.max(latest, Math.round(marks[mark] ?? latest));
    instants.push(latest);
  }
  const timeline = Object.fromEntries(
    LATENCY_SEGMENTS.map((segment, index) => [segment, instants[index + 1]! - instants[index]!]),
  ) as Record<LatencySegment, number>;
  return { timeline, voiceToVoiceMs: instants.at(-1)! - instants[0]! };
}

/**
 * The segments whose last mark lay before an earlier one: `timelineOf` holds it there, so their
 * figure is a bound and not a measurement.
 */
export function heldSegments(marks: LatencyMarks): readonly LatencySegment[] {
  let latest = Number.NEGATIVE_INFINITY;
  const held: LatencySegment[] = [];
  for (const [index, mark] of LATENCY_MARKS.entries()) {
    const instant = Math.round(marks[mark] ?? latest);
    if (instant < latest) held.push(LATENCY_SEGMENTS[index - 1]!);
    latest = Math.max(latest, instant);
  }
  return held;
}

/** Those of its instants that are known, ms. */
export const latencyMarksSchema = z.object(
  Object.fromEntries(
    LATENCY_MARKS.map((mark) => [mark, z.optional(z.number().check(z.gte(0)))]),
  ) as Record<LatencyMark, z.ZodMiniOptional<z.ZodMiniNumber>>,
);
