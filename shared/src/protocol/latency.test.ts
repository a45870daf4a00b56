import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  heldSegments,
  LATENCY_MARKS,
  LATENCY_SEGMENTS,
  timelineOf,
  type LatencyMarks,
} from './latency.ts';

const instant = fc.double({ min: 0, max: 0xffff_ffff, noNaN: true });
/** Any marks at all: absent, out of order, fractional. */
const anyMarks = fc.record(Object.fromEntries(LATENCY_MARKS.map((mark) => [mark, instant])), {
  requiredKeys: [],
}) as fc.Arbitrary<LatencyMarks>;

describe('timelineOf', () => {
  it('gives whole, non-negative segments that sum to the total, for any marks', () => {
    fc.assert(
      fc.property(anyMarks, (marks) => {
        const { timeline, voiceToVoiceMs } = timelineOf(marks);
        const segments = LATENCY_SEGMENTS.map((segment) => timeline[segment]);
        for (const segment of segments) {
          expect(Number.isInteger(segment)).toBe(true);
          expect(segment).toBeGreaterThanOrEqual(0);
        }
        expect(segments.reduce((sum, segment) => sum + segment, 0)).toBe(voiceToVoiceMs);
      }),
    );
  });

  it('spans the first mark to the last if they are in order', () => {
    fc.assert(
      fc.property(
        fc.array(instant, { minLength: LATENCY_MARKS.length, maxLength: LATENCY_MARKS.length }),
        (instants) => {
          const inOrder = instants.toSorted((a, b) => a - b).map(Math.round);
          const marks = Object.fromEntries(
            LATENCY_MARKS.map((mark, index) => [mark, inOrder[index]!]),
          );
          expect(timelineOf(marks).voiceToVoiceMs).toBe(inOrder.at(-1)! - inOrder[0]!);
        },
      ),
    );
  });

  it('names each segment by the marks at its ends', () => {
    const marks = Object.fromEntries(
      LATENCY_MARKS.map((mark, index) => [mark, 1_000 + index ** 2]),
    );
    expect(timelineOf(marks)).toEqual({
      timeline: {
        endpointing_ms: 1,
        uplink_ms: 3,
        asr_final_ms: 5,
        llm_ttft_ms: 7,
        text_aggregation_ms: 9,
        tts_ttfb_ms: 11,
        downlink_ms: 13,
        playout_ms: 15,
      },
      voiceToVoiceMs: 64,
    });
  });

  it('collapses what a typed turn does not have', () => {
    const { timeline, voiceToVoiceMs } = timelineOf({
      end_received: 500,
      llm_first_token: 700,
      first_clause: 720,
      tts_first_audio: 800,
    });
    expect(timeline).toMatchObject({ endpointing_ms: 0, uplink_ms: 0, llm_ttft_ms: 200 });
    expect(voiceToVoiceMs).toBe(300);
  });

  it('holds a mark that lies before the one before it, so that nothing is negative', () => {
    const { timeline, voiceToVoiceMs } = timelineOf({
      speech_end: 1_000,
      end_sent: 900,
      end_received: 1_100,
    });
    expect(timeline).toMatchObject({ endpointing_ms: 0, uplink_ms: 100 });
    expect(voiceToVoiceMs).toBe(100);
  });

  it('says which segments end at a mark that had to be held', () => {
    const marks = { speech_end: 1_000, end_sent: 900, end_received: 1_100, audio_heard: 1_099 };
    expect(heldSegments(marks)).toEqual(['endpointing_ms', 'playout_ms']);
    expect(heldSegments({ speech_end: 1_000.4, end_sent: 1_000.2 })).toEqual([]);
    expect(heldSegments({})).toEqual([]);
  });

  it('is all zero if nothing happened', () => {
    expect(timelineOf({}).voiceToVoiceMs).toBe(0);
  });
});
