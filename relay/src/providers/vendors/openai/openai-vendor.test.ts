import { expect, test } from 'vitest';
import { readSettings } from '../../../base/config/read-settings.ts';
import { compatibleVendor, openAiVendor } from './openai-vendor.ts';
import { isoLanguage } from './openai-server.ts';

/** What is configured, as `stage:name`. */
function configured(
  vendor: typeof openAiVendor,
  environment: Readonly<Record<string, string>>,
): string[] {
  const values = readSettings(vendor.settings, environment);
  return vendor.candidates
    .filter((candidate) => candidate.isConfigured(values))
    .map(({ stage, name }) => `${stage}:${name}`);
}

const ALL_OPENAI = [
  'transcriber:openai-realtime',
  'transcriber:openai',
  'generator:openai',
  'synthesizer:openai',
  'synthesizer:openai-realtime',
];
const ELSEWHERE = { OPENAI_BASE_URL: 'http://localhost:8080/v1' };

test.each([
  [{}, []],
  [{ OPENAI_API_KEY: 'k' }, ALL_OPENAI],
  [{ ...ELSEWHERE, OPENAI_API_KEY: 'k' }, ALL_OPENAI],
  [ELSEWHERE, []],
  [{ ...ELSEWHERE, OPENAI_CHAT_MODEL: 'm' }, ['generator:openai']],
  [{ ...ELSEWHERE, OPENAI_REALTIME_MODEL: 'm' }, ['transcriber:openai-realtime']],
  [{ ...ELSEWHERE, OPENAI_REALTIME_VOICE_MODEL: 'm' }, ['synthesizer:openai-realtime']],
  [{ OPENAI_SPEECH_MODEL: 'm' }, []],
  [{ OPENAI_BASE_URL: 'https://api.openai.com/v1', OPENAI_SPEECH_MODEL: 'm' }, []],
])('OpenAI with %j can do %j', (environment: Record<string, string>, expected) => {
  expect(configured(openAiVendor, environment)).toEqual(expected);
});

const OWN = { COMPATIBLE_BASE_URL: 'http://localhost:8080/v1' };
test.each([
  [{}, []],
  [OWN, []],
  [{ ...OWN, COMPATIBLE_API_KEY: 'k' }, []],
  [{ COMPATIBLE_CHAT_MODEL: 'm' }, []],
  [{ ...OWN, COMPATIBLE_CHAT_MODEL: 'm' }, ['generator:compatible']],
  [{ ...OWN, COMPATIBLE_SPEECH_MODEL: 'm' }, ['synthesizer:compatible']],
  [{ ...OWN, COMPATIBLE_TRANSCRIPTION_MODEL: 'm' }, ['transcriber:compatible']],
])('a compatible server with %j can do %j', (environment: Record<string, string>, expected) => {
  expect(configured(compatibleVendor, environment)).toEqual(expected);
});

test('keys are secrets, and addresses must be such', () => {
  expect(openAiVendor.settings['OPENAI_API_KEY']?.isSecret).toBe(true);
  expect(compatibleVendor.settings['COMPATIBLE_API_KEY']?.isSecret).toBe(true);
  for (const url of ['localhost', 'ftp://localhost', 'ws://localhost'])
    expect(() => readSettings(compatibleVendor.settings, { COMPATIBLE_BASE_URL: url })).toThrow(
      'COMPATIBLE_BASE_URL',
    );
  expect(() => readSettings(compatibleVendor.settings, { COMPATIBLE_VOICES: ' , ' })).toThrow(
    'COMPATIBLE_VOICES',
  );
});

test('a setting that says what it is when it is not given is that then', () => {
  for (const { settings } of [openAiVendor, compatibleVendor]) {
    const bare = readSettings(settings, {});
    for (const [name, { default: shown }] of Object.entries(settings)) {
      if (shown === undefined || bare[name] === undefined) continue;
      expect(readSettings(settings, { [name]: shown.replaceAll(',', ', ') })[name]).toEqual(
        bare[name],
      );
    }
  }
});

test.each([
  ['en-US', 'en'],
  ['de', 'de'],
  ['pt-BR', 'pt'],
  ['zh-Hant-TW', 'zh'],
  ['yue-HK', undefined],
])('%s is %s for the API', (language, expected) => {
  expect(isoLanguage(language)).toBe(expected);
});
