import { expect, it } from 'vitest';
import { readScribeEvent, readVoiceEvent } from './elevenlabs-events.ts';

const scribe = (message: object) => readScribeEvent(JSON.stringify(message));
const voice = (message: object) => readVoiceEvent(JSON.stringify(message));

it('reads what Scribe says', () => {
  const config = { sample_rate: 16_000, audio_format: 'pcm_16000' };
  expect(scribe({ message_type: 'session_started', session_id: 's', config })).toEqual({
    type: 'started',
  });
  expect(scribe({ message_type: 'partial_transcript', text: 'Hi' })).toEqual({
    type: 'partial',
    text: 'Hi',
  });
  expect(scribe({ message_type: 'committed_transcript', text: '' })).toEqual({
    type: 'committed',
    text: '',
  });
});

it('hears each committed piece once, even if Scribe repeats it', () => {
  for (const message_type of ['committed_transcript_with_timestamps', 'final_transcript', 'new']) {
    expect(scribe({ message_type, text: 'Hi' })).toEqual({ type: 'ignored' });
  }
});

it.each([
  ['auth_error', 'unauthorized'],
  ['quota_exceeded', 'rejected'],
  ['rate_limited', 'rate-limited'],
  ['resource_exhausted', 'overloaded'],
  ['session_time_limit_exceeded', 'closed'],
  ['chunk_size_exceeded', 'rejected'],
] as const)('knows %s for %s, and does not repeat the sentence', (message_type, fault) => {
  expect(scribe({ message_type, error: 'A sentence.' })).toEqual({
    type: 'failed',
    fault,
    note: message_type,
  });
});

it('reads audio with its characters, and the end of a context', () => {
  const alignment = { chars: ['H', 'i'], charStartTimesMs: [0, 50], charDurationsMs: [50, 60] };
  const audio = { audio: 'AAA=', isFinal: null, alignment, contextId: 'c' };
  expect(voice({ ...audio, normalizedAlignment: null })).toEqual({
    type: 'spoken',
    contextId: 'c',
    audio: 'AAA=',
    characters: { chars: ['H', 'i'], startsMs: [0, 50], durationsMs: [50, 60] },
    isFinal: false,
  });
  expect(voice({ audio: null, isFinal: true, contextId: 'c' })).toEqual({
    type: 'spoken',
    contextId: 'c',
    audio: undefined,
    characters: undefined,
    isFinal: true,
  });
});

it.each([
  ['invalid_api_key', 'unauthorized', 'invalid_api_key'],
  ['max_active_conversations', 'rate-limited', 'max_active_conversations'],
  ['voice_not_found', 'rejected', 'voice_not_found'],
  ['You said: hello.', 'rejected', 'error'],
] as const)('knows the error %s', (error, fault, note) => {
  expect(voice({ message: 'A sentence.', error, code: 1008 })).toEqual({
    type: 'failed',
    fault,
    note,
  });
});

it.each(['', '{"type":', '[]', '{"message_type":"partial_transcript"}'])('refuses %j', (text) => {
  expect(readScribeEvent(text)).toMatchObject({ type: 'failed', fault: 'malformed' });
});
