import type { AudioFrame, RelayEvent } from '@parley/shared';
import { expect, test } from 'vitest';
import { Replies } from './replies.ts';

const usage = { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 };

const created = (id: string, item: number): RelayEvent => ({
  type: 'response.created',
  seq: 1,
  response_id: id,
  item,
  trigger: 'text',
  utterance: null,
  audio: { sample_rate: 16_000 },
});
const delta = (id: string, text: string): RelayEvent => ({
  type: 'response.output_audio_transcript.delta',
  seq: 1,
  response_id: id,
  delta: text,
  chunk_index: 0,
  is_complete: false,
  timestamp: 0,
  audio_start_ms: 0,
});
const done = (id: string, status: 'completed' | 'cancelled' = 'completed'): RelayEvent => ({
  type: 'response.done',
  seq: 1,
  response_id: id,
  status,
  usage,
  timeline: {},
  error: null,
});
const frame = (item: number, samples: Int16Array): AudioFrame => ({
  kind: 2,
  last: false,
  item,
  seq: 1,
  timestampMs: 0,
  samples,
});

test('text and voice are gathered by the reply they belong to', () => {
  const replies = new Replies();
  replies.event(created('a', 1), 0);
  replies.event(created('b', 2), 0);
  replies.event(delta('a', 'One.'), 0);
  replies.event(delta('b', 'Two'), 0);
  replies.event(delta('b', ' three.'), 0);
  replies.audio(frame(2, Int16Array.of(5, 6)), 10);
  replies.audio(frame(9, Int16Array.of(7)), 10);
  expect(replies.find(({ id }) => id === 'a')).toMatchObject({ text: 'One.', audio: [] });
  expect(replies.find(({ id }) => id === 'b')).toMatchObject({
    text: 'Two three.',
    audio: [Int16Array.of(5, 6)],
  });
});

test('a reply is heard from its first voice on, for as long as it lasts', () => {
  const replies = new Replies();
  replies.event(created('a', 1), 0);
  replies.audio(frame(1, new Int16Array(3_200)), 1_000);
  replies.audio(frame(1, new Int16Array(3_200)), 1_010);
  expect(replies.find(({ id }) => id === 'a')?.voice).toEqual({
    receivedMs: 1_000,
    heardMs: 1_000,
  });
  expect(replies.heardOutMs).toBe(1_400);
});

test('a cancelled reply falls silent at once', () => {
  const replies = new Replies();
  replies.event(created('a', 1), 0);
  replies.audio(frame(1, new Int16Array(32_000)), 1_000);
  replies.event(done('a', 'cancelled'), 1_200);
  expect(replies.heardOutMs).toBe(1_200);
  expect(replies.running).toEqual([]);
});

test('the samples do not change with the buffer they came in', () => {
  const replies = new Replies();
  replies.event(created('a', 1), 0);
  const buffer = Int16Array.of(1, 2);
  replies.audio(frame(1, buffer), 0);
  buffer.fill(9);
  expect(replies.find(() => true)?.audio).toEqual([Int16Array.of(1, 2)]);
});
