import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeRelayEvent,
  relayEventSchemas,
  type RelayEventOf,
  type RelayEventType,
} from './relay-events.ts';

const usage = { asr_seconds: 1.1, llm_input_tokens: 12, llm_output_tokens: 8, tts_characters: 40 };
const error = { code: 'generator_failed', message: 'No answer.', retryable: true } as const;
const session = {
  id: 'sess_1',
  voice: 'slt',
  voices: [{ id: 'slt', label: 'Sarah, American English' }],
  time_zone: 'UTC',
  output_modalities: ['audio' as const, 'text' as const],
  providers: { transcriber: 'a', generator: 'b', synthesizer: 'c' },
  limits: {
    session_duration_ms: 3_600_000,
    idle_ms: 300_000,
    utterance_ms: 60_000,
    resume_window_ms: 120_000,
    heartbeat_ms: 15_000,
  },
};
const item = { item_id: 'item_1', utterance: 1 };

const EXAMPLES: { readonly [type in RelayEventType]: Omit<RelayEventOf<type>, 'type' | 'seq'> } = {
  'session.created': { session, server_ms: 0.4 },
  'session.updated': { session },
  'session.resumed': { session, server_ms: 9_000, last_input_seq: 31 },
  'session.usage': { usage, cost_usd: 0.002, budget_usd: null, is_warning: false },
  'session.degraded': { stage: 'generator', from: 'a', to: 'b', reason: 'generator_timeout' },
  'session.restored': { stage: 'generator', from: 'b', to: 'a' },
  'session.ending': { reason: 'duration', in_ms: 120_000 },
  'response.function_call_arguments.done': { call_id: 'call_1', name: 'weather', arguments: '{}' },
  'timer.updated': { due_ms: 606_230 },
  'session.draining': { grace_ms: 5_000 },
  'input_audio_buffer.ack': { input_seq: 31 },
  'input_audio_buffer.end_of_turn_predicted': {
    utterance: 1,
    probability: 0.9,
    delay_ms: 300,
    reasons: ['phrase_complete'],
  },
  'input_audio_buffer.committed': { utterance: 1, audio_end_ms: 2_300.5 },
  'response.interruption_decided': {
    response_id: 'resp_1',
    utterance: 2,
    interrupted: true,
    answer_follows: true,
  },
  'conversation.item.input_audio_transcription.delta': { ...item, transcript: 'what is' },
  'conversation.item.input_audio_transcription.completed': { ...item, transcript: '' },
  'conversation.item.input_audio_transcription.failed': { ...item, error },
  'response.created': {
    response_id: 'resp_1',
    item: 1,
    trigger: 'speech',
    utterance: 1,
    audio: { sample_rate: 16_000 },
  },
  'response.output_audio_transcript.delta': {
    response_id: 'resp_1',
    delta: 'Fifty six.',
    chunk_index: 0,
    is_complete: false,
    timestamp: 2_000,
    audio_start_ms: 0,
    clause: 0,
  },
  'response.output_audio_transcript.timed': {
    response_id: 'resp_1',
    clause: 0,
    audio_start_ms: 0,
    audio_ms: 900,
    word_ends_ms: [350, 720],
  },
  'response.output_audio.done': { response_id: 'resp_1', audio_ms: 900 },
  'response.done': {
    response_id: 'resp_1',
    status: 'completed',
    usage,
    timeline: { speech_end: 1, asr_final: 2 },
    error: null,
  },
  'page.answer.requested': {
    request_id: 'ask_1',
    instructions: 'Be brief.',
    messages: [{ role: 'user', content: 'Who was Ada Lovelace?' }],
    silence_ms: 8_000,
    total_ms: 30_000,
  },
  'page.answer.cancelled': { request_id: 'ask_1' },
  pong: { client_ms: 81_000.25, server_ms: 2_100 },
  error: { code: 'malformed_json', message: 'Not JSON.', retryable: false, request_id: 'req_1' },
};
const types = Object.keys(relayEventSchemas) as RelayEventType[];

describe('decodeRelayEvent', () => {
  it.each(types)('reads %s', (type) => {
    const event = { type, seq: 1, ...EXAMPLES[type] };
    expect(decodeRelayEvent(JSON.stringify(event))).toEqual({ kind: 'event', event });
  });

  it.each(types)('wants a sequence number on %s', (type) => {
    expect(decodeRelayEvent(JSON.stringify({ type, ...EXAMPLES[type] }))).toMatchObject({
      kind: 'malformed',
      detail: expect.stringMatching(/^seq: /),
    });
  });

  it('never throws, for any text', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .tuple(fc.constantFrom(...types), fc.object())
        .map(([type, rest]) => JSON.stringify({ ...rest, type })),
    );
    fc.assert(
      fc.property(anything, (text) => {
        expect(['event', 'unknown', 'malformed']).toContain(decodeRelayEvent(text).kind);
      }),
      { numRuns: 500 },
    );
  });

  it('lets the relay grow: fields it does not know are left out, events it does not know set apart', () => {
    const event = { type: 'pong', seq: 3, ...EXAMPLES.pong };
    expect(decodeRelayEvent(JSON.stringify({ ...event, colour: 'blue' }))).toEqual({
      kind: 'event',
      event,
    });
    expect(decodeRelayEvent('{"type":"session.sang","seq":4}').kind).toBe('unknown');
  });
});
