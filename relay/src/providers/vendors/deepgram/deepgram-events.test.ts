import { describe, expect, test } from 'vitest';
import { readAura, readFlux, readFluxVoice, readNova } from './deepgram-events.ts';

const results = {
  type: 'Results',
  channel_index: [0, 1],
  duration: 1.98,
  start: 5.99,
  is_final: true,
  speech_final: true,
  from_finalize: false,
  channel: {
    alternatives: [
      {
        transcript: 'Tell me more about this.',
        confidence: 0.99,
        words: [{ word: 'tell', start: 6, end: 6.2, confidence: 0.9, punctuated_word: 'Tell' }],
      },
    ],
  },
  metadata: { request_id: 'a', model_info: { name: 'n', version: '1', arch: 'nova-3' } },
  new_field: { of: 'the future' },
};

test('results of Nova are read with their place in the audio', () => {
  const read = readNova(JSON.stringify(results));
  expect(read).toMatchObject({ type: 'results', text: 'Tell me more about this.', isFinal: true });
  expect(read).toHaveProperty('endSeconds', 5.99 + 1.98);
});

describe.each([
  ['Nova', readNova],
  ['Flux', readFlux],
  ['Aura', readAura],
  ['the voices of Flux', readFluxVoice],
] as const)('%s', (_, read) => {
  test.each([['{"type":'], ['[]'], ['{"type":7}'], ['null'], ['']])('%s throws', (text) => {
    expect(() => read(text)).toThrow();
  });

  test('a message of a new kind is let through', () => {
    expect(read('{"type":"Future","x":1}')).toEqual({ type: 'other' });
  });

  test.each([
    ['INTERNAL_SERVER_ERROR', 'overloaded'],
    ['UNPARSABLE_CLIENT_MESSAGE', 'rejected'],
    ['TOO_MANY_REQUESTS', 'rate-limited'],
    ['INVALID_AUTH', 'unauthorized'],
  ])('error %s is %s', (code, fault) => {
    expect(read(JSON.stringify({ type: 'Error', code, description: 'no' }))).toEqual({
      type: 'error',
      fault,
      note: code,
    });
  });

  test('what looks like speech in place of a code is not passed on', () => {
    const message = { type: 'Error', code: 'I said this to you', description: 'x' };
    expect(read(JSON.stringify(message))).toMatchObject({ note: 'unknown' });
  });
});

test('results that lack what is needed are malformed', () => {
  for (const broken of [
    { ...results, start: 'x' },
    { ...results, channel: { alternatives: [] } },
  ]) {
    expect(() => readNova(JSON.stringify(broken))).toThrow();
  }
});

test('a clause of Flux ends with its metadata, not with the echo of its flush', () => {
  expect(readFluxVoice('{"type":"Flushed","speech_id":"dg_sp_1"}')).toEqual({ type: 'other' });
  expect(readFluxVoice('{"type":"SpeechMetadata","speech_id":"dg_sp_1"}')).toEqual({
    type: 'flushed',
  });
});

test.each([
  ['NO_ACTIVE_SPEECH', 'error'],
  ['NO_SYNTHESIZABLE_TEXT', 'other'],
  ['SYNTHESIS_RETRYING', 'other'],
])('the warning %s of the voices of Flux is taken for %s', (code, type) => {
  const message = JSON.stringify({ type: 'Warning', code, description: '' });
  expect(readFluxVoice(message).type).toBe(type);
});

test('only a warning about flushes matters', () => {
  const warning = (code: string) =>
    readAura(JSON.stringify({ type: 'Warning', code, description: '' }));
  expect(warning('EXCESS_FLUSH')).toMatchObject({ type: 'error', fault: 'rate-limited' });
  expect(warning('SOMETHING')).toEqual({ type: 'other' });
});
