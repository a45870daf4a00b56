import { expect, test } from 'vitest';
import { configOf, type SessionUpdate } from './realtime-session.ts';

const offer = {
  voices: [
    { id: 'slt', label: 'Sarah' },
    { id: 'rms', label: 'Robert' },
  ],
  speeds: { min: 0.5, max: 2 },
  languages: ['en-US', 'de-DE'],
};

function wishOf(session: SessionUpdate) {
  return configOf(session).wish(offer);
}

test.each([
  [undefined, 'medium', true],
  [{ type: 'server_vad', silence_duration_ms: 200 }, 'high', true],
  [{ type: 'server_vad', silence_duration_ms: 1_200 }, 'low', true],
  [{ type: 'semantic_vad' }, 'medium', true],
  [{ type: 'semantic_vad', eagerness: 'high' }, 'high', true],
  [{ type: 'server_vad', create_response: false }, 'medium', false],
  [null, 'medium', false],
] as const)(
  'detection %j answers with eagerness %s: %s',
  (detection, eagerness, create_response) => {
    const input = detection === undefined ? {} : { turn_detection: detection };
    expect(wishOf({ audio: { input } }).turn_detection).toEqual({ eagerness, create_response });
  },
);

test('a voice that is not known gets one of the relay, always the same', () => {
  const voiceFor = (voice: string) => wishOf({ audio: { output: { voice } } }).voice;
  expect(voiceFor('rms')).toBe('rms');
  const voices = ['alloy', 'ash', 'marin', 'cedar', 'verse'].map(voiceFor);
  expect(new Set(voices)).toEqual(new Set(['slt', 'rms']));
  expect(['alloy', 'ash', 'marin', 'cedar', 'verse'].map(voiceFor)).toEqual(voices);
});

test('pace and language are what the relay can do', () => {
  const input = { transcription: { language: 'de' } };
  expect(wishOf({ audio: { input, output: { speed: 4 } } })).toMatchObject({
    speed: 2,
    language: 'de-DE',
  });
  expect(wishOf({ audio: { input: { transcription: { language: 'fr' } } } }).language).toBe(
    undefined,
  );
});

test('an update changes what it names, and null switches off', () => {
  const config = configOf({ instructions: 'Be brief.' });
  config.update({ audio: { input: { turn_detection: { type: 'server_vad', threshold: 0.7 } } } });
  config.update({ audio: { output: { voice: 'rms' } } });
  const names = { id: 'sess_1', expiresAtS: 1 };
  expect(config.describe(names)).toMatchObject({
    instructions: 'Be brief.',
    audio: {
      input: {
        turn_detection: { threshold: 0.7, silence_duration_ms: 500, interrupt_response: true },
      },
      output: { voice: 'rms', speed: 1 },
    },
  });
  config.update({ audio: { input: { turn_detection: null } } });
  expect(config.describe(names)).toMatchObject({ audio: { input: { turn_detection: null } } });
});

test('no tools are offered to a model that is to choose none', () => {
  const tools = [{ type: 'function' as const, name: 'look' }];
  expect(wishOf({ tools }).tools).toHaveLength(1);
  expect(wishOf({ tools, tool_choice: 'none' }).tools).toEqual([]);
});
