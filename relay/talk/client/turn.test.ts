import { expect, test } from 'vitest';
import type { Reply } from './replies.ts';
import { turnOf } from './turn.ts';

const reply: Reply = {
  id: 'a',
  trigger: 'speech',
  utterance: 1,
  sampleRateHz: 16_000,
  item: 1,
  text: 'Fifty six.',
  audio: [Int16Array.of(1, 2)],
  voice: { receivedMs: 5_100, heardMs: 5_120 },
  done: {
    type: 'response.done',
    seq: 9,
    response_id: 'a',
    status: 'completed',
    usage: { asr_seconds: 1, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 },
    timeline: {
      speech_end: 3_000,
      end_sent: 3_500,
      end_received: 3_504,
      asr_final: 3_550,
      llm_first_token: 3_551,
      first_clause: 3_552,
      tts_first_audio: 3_600,
    },
    error: null,
  },
};
const parts = {
  trigger: 'speech' as const,
  transcript: 'what is seven times eight',
  error: undefined,
  marks: {},
  toSessionMs: (ownMs: number) => ownMs - 1_490,
};

test("the timeline joins the relay's marks and the client's", () => {
  const { latency } = turnOf({ ...parts, reply });
  expect(latency).toEqual({
    voiceToVoiceMs: 630,
    timeline: {
      endpointing_ms: 500,
      uplink_ms: 4,
      asr_final_ms: 46,
      llm_ttft_ms: 1,
      text_aggregation_ms: 1,
      tts_ttfb_ms: 48,
      downlink_ms: 10,
      playout_ms: 20,
    },
  });
});

test('a typed turn counts from the moment it was sent', () => {
  const typed: Reply = {
    ...reply,
    done: { ...reply.done!, timeline: { end_received: 3_504, tts_first_audio: 3_600 } },
  };
  const { latency } = turnOf({ ...parts, reply: typed, marks: { end_sent: 3_500 } });
  expect(latency?.voiceToVoiceMs).toBe(130);
  expect(latency?.timeline.endpointing_ms).toBe(0);
  expect(latency?.timeline.uplink_ms).toBe(4);
});

test('a reply in writing has no latency to the ear', () => {
  expect(turnOf({ ...parts, reply: { ...reply, voice: undefined } })).toMatchObject({
    reply: 'Fifty six.',
    latency: null,
    voice: null,
  });
});

test('a turn without a reply says why', () => {
  const error = { code: 'timed_out', message: 'The reply took too long to come.' };
  expect(turnOf({ ...parts, reply: undefined, error })).toEqual({
    trigger: 'speech',
    transcript: 'what is seven times eight',
    reply: '',
    latency: null,
    voice: null,
    interrupted: false,
    error,
  });
});

test('a cancelled reply was interrupted', () => {
  const cancelled: Reply = { ...reply, done: { ...reply.done!, status: 'cancelled' } };
  expect(turnOf({ ...parts, reply: cancelled }).interrupted).toBe(true);
});
