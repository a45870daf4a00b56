import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRealtimeEvent, readTranscription, readTranscriptionEvent } from './openai-events.ts';

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';
const failed = (error: object) => ({ type: 'error', event_id: 'e', error });

/** Server events as the Realtime API's reference shows them. */
const EVENTS = [
  [
    { type: 'session.created', event_id: 'e', session: { type: 'transcription', id: 's' } },
    { type: 'other' },
  ],
  [
    { type: 'session.updated', event_id: 'e', session: { type: 'transcription', audio: {} } },
    { type: 'session-ready' },
  ],
  [
    {
      type: 'input_audio_buffer.committed',
      event_id: 'e',
      previous_item_id: null,
      item_id: 'item_1',
    },
    { type: 'audio-committed', itemId: 'item_1' },
  ],
  [
    {
      type: `${TRANSCRIPTION}.delta`,
      event_id: 'e',
      item_id: 'item_1',
      content_index: 0,
      delta: ' how',
    },
    { type: 'words-added', itemId: 'item_1', text: ' how' },
  ],
  [
    {
      type: `${TRANSCRIPTION}.completed`,
      event_id: 'e',
      item_id: 'item_1',
      content_index: 0,
      transcript: 'How are you?',
      logprobs: null,
      usage: { type: 'duration', seconds: 1 },
    },
    { type: 'words-completed', itemId: 'item_1', text: 'How are you?' },
  ],
  [
    {
      type: `${TRANSCRIPTION}.failed`,
      event_id: 'e',
      item_id: 'item_1',
      content_index: 0,
      error: { type: 'transcription_error', code: 'audio_unintelligible', message: 'x' },
    },
    { type: 'words-unplaced', itemId: 'item_1' },
  ],
  [
    {
      type: `${TRANSCRIPTION}.failed`,
      event_id: 'e',
      item_id: 'item_1',
      content_index: 0,
      error: { type: 'server_error', code: 'model_overloaded', message: 'x' },
    },
    { type: 'session-failed', fault: 'overloaded', note: 'model_overloaded' },
  ],
  [
    failed({ type: 'invalid_request_error', code: 'invalid_api_key', message: 'sk-123' }),
    { type: 'session-failed', fault: 'unauthorized', note: 'invalid_api_key' },
  ],
  [
    failed({ type: 'tokens', code: 'rate_limit_exceeded', message: 'x' }),
    { type: 'session-failed', fault: 'rate-limited', note: 'rate_limit_exceeded' },
  ],
  [
    failed({ type: 'server_error', code: null, message: 'x' }),
    { type: 'session-failed', fault: 'overloaded', note: 'server_error' },
  ],
  [
    failed({ type: 'invalid_request_error', code: 'session_expired', message: 'x' }),
    { type: 'session-failed', fault: 'closed', note: 'session_expired' },
  ],
] as const;

describe('readRealtimeEvent', () => {
  it.each(EVENTS)('reads %j', (event, expected) => {
    expect(readRealtimeEvent(JSON.stringify(event))).toEqual(expected);
  });

  it('takes known events without what they need for malformed, and says nothing of the rest', () => {
    for (const type of ['error', 'input_audio_buffer.committed', `${TRANSCRIPTION}.completed`])
      expect(readRealtimeEvent(JSON.stringify({ type }))).toEqual({ type: 'malformed' });
    for (const text of ['', '{"type":', 'null', '7', '[]', '{"type":1}'])
      expect(readRealtimeEvent(text)).toEqual({ type: 'malformed' });
    for (const type of ['conversation.item.added', 'toString', '__proto__'])
      expect(readRealtimeEvent(`{"type":"${type}"}`)).toEqual({ type: 'other' });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readRealtimeEvent(text).type).toBeTypeOf('string');
        expect(readTranscription(text).type).toBeTypeOf('string');
        expect(readTranscriptionEvent(text).type).toBeTypeOf('string');
      }),
    );
  });
});

it('reads a transcription as a whole', () => {
  const usage = { type: 'tokens', input_tokens: 14, output_tokens: 3, total_tokens: 17 };
  expect(readTranscription(JSON.stringify({ text: 'Hello.', usage }))).toEqual({
    type: 'words-completed',
    text: 'Hello.',
  });
  expect(readTranscription('{"transcript":"Hello."}')).toEqual({ type: 'malformed' });
});

it.each([
  [' [BLANK_AUDIO]\n', ''],
  ['(wind blowing) [Music] ♪♪', ''],
  ['*coughs*', ''],
  ['Call (555) 1234.', 'Call (555) 1234.'],
  ['Hello. [BLANK_AUDIO]', 'Hello. [BLANK_AUDIO]'],
])('of %j the words are %j', (text, words) => {
  expect(readTranscription(JSON.stringify({ text }))).toMatchObject({ text: words });
});

it.each(['[', '[a]', '(', '♪', '* '])('is not held up by many %j', (mark) => {
  const text = `${mark.repeat(60)}x`;
  expect(readTranscription(JSON.stringify({ text }))).toMatchObject({ text });
});

/** A segment as Whisper's servers write it. */
const segment = (text: string, no_speech_prob?: number, avg_logprob?: number) => ({
  ...{ id: 0, seek: 0, start: 0, end: 2, tokens: [50_364], temperature: 0, compression_ratio: 0.8 },
  ...{ text, no_speech_prob, avg_logprob },
});

it.each([
  // Invented, as the server says itself.
  ['', [segment(' Thank you for watching!', 0.93, -0.31)]],
  ['', [segment(' Thanks for watching.', 0.7)]],
  ['', [segment(' you', 0.81, -0.6)]],
  ['', [segment(' Untertitel der Amara.org-Community', 0.9, -0.2)]],
  ['', [segment(' ご視聴ありがとうございました', 0.66, -0.4)]],
  ['', [segment(' So I was there.', 0.75, -1.4)]],
  ['Set a timer.', [segment(' Set a timer.', 0.02, -0.2), segment(' Thank you.', 0.9, -0.7)]],
  // Said.
  ['Thank you.', [segment(' Thank you.', 0.02, -0.2)]],
  ['Thank you for watching!', [segment(' Thank you for watching!', 0.1, -0.3)]],
  ['Thank you for watching!', [segment(' Thank you for watching!')]],
  ['Set a timer.', [segment(' Set a timer.', 0.9, -0.4)]],
  ['Mumbled words.', [segment(' Mumbled words.', 0.2, -1.6)]],
  // Segments of other servers, or none.
  ['Hello.', [{ speaker: 'A', text: 7 }]],
  ['Hello.', null],
])('%j is what was said', (expected, segments) => {
  const text =
    Array.isArray(segments) && 'id' in segments[0]!
      ? segments.map(({ text: words }) => words).join('')
      : 'Hello.';
  expect(readTranscription(JSON.stringify({ task: 'transcribe', text, segments }))).toEqual({
    type: 'words-completed',
    text: expect.toSatisfy((words: string) => words.trim() === expected),
  });
});

it('reads a transcription piece by piece', () => {
  const read = (event: object) => readTranscriptionEvent(JSON.stringify(event));
  expect(read({ type: 'transcript.text.delta', delta: 'Hel', logprobs: [] })).toEqual({
    type: 'words-added',
    text: 'Hel',
  });
  expect(read({ type: 'transcript.text.done', text: 'Hello.' })).toEqual({
    type: 'words-completed',
    text: 'Hello.',
  });
  expect(read({ type: 'transcript.text.segment', text: 'Hello.' })).toEqual({ type: 'other' });
  expect(read({ type: 'transcript.text.done' })).toEqual({ type: 'malformed' });
});
