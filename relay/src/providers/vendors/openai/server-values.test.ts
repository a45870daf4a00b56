import { describe, expect, it } from 'vitest';
import { readSettings, type Environment } from '../../../base/config/read-settings.ts';
import { settingsAdvice } from './settings-advice.ts';
import { settingsOf, type ApiVendor, type ModelUse } from './openai-settings.ts';
import { addressFor } from './server-values.ts';

const VENDOR: ApiVendor = {
  prefix: 'OWN_2',
  owner: 'a server',
  uses: ['transcription', 'speech', 'chat'],
  isSplit: true,
  defaults: { models: { transcription: 'ears', speech: 'mouth', chat: 'mind' }, voices: ['v'] },
};
const GATEWAY = { OWN_2_BASE_URL: 'https://a.example/v1', OWN_2_API_KEY: 'shared' };

function addressIn(environment: Environment, use: ModelUse = 'chat') {
  return addressFor(VENDOR, use, readSettings(settingsOf(VENDOR), environment));
}

function advice(environment: Environment): readonly string[] {
  const values = readSettings(settingsOf(VENDOR), environment);
  return settingsAdvice(VENDOR, values, new Set(Object.keys(environment)));
}

describe('a stage', () => {
  it('is at the common address if it has no other', () => {
    expect(addressIn({ ...GATEWAY, OWN_2_CHAT_MODEL: 'm' })).toEqual({
      baseUrl: 'https://a.example/v1',
      path: undefined,
      apiKey: 'shared',
      headers: {},
      model: 'm',
    });
    expect(addressIn(GATEWAY)).toBeUndefined();
  });

  it('may have an address of its own, for which it needs no model', () => {
    const environment = {
      OWN_2_TRANSCRIPTION_BASE_URL: 'http://b:8081',
      OWN_2_TRANSCRIPTION_PATH: '/inference',
    };
    expect(addressIn(environment, 'transcription')).toMatchObject({
      baseUrl: 'http://b:8081',
      path: '/inference',
      model: 'ears',
    });
    expect(addressIn(environment, 'chat')).toBeUndefined();
  });

  it('does not send the common key and headers to another host', () => {
    const common = { ...GATEWAY, OWN_2_HEADERS: 'X-A: 1' };
    const elsewhere = { ...common, OWN_2_CHAT_BASE_URL: 'http://b.example/v1' };
    expect(addressIn(elsewhere)).toMatchObject({ apiKey: undefined, headers: {} });
    const own = { ...elsewhere, OWN_2_CHAT_API_KEY: 'own', OWN_2_CHAT_HEADERS: 'X-B: 2' };
    expect(addressIn(own)).toMatchObject({ apiKey: 'own', headers: { 'x-b': '2' } });
    const sameHost = { ...common, OWN_2_CHAT_BASE_URL: 'https://a.example/chat/v1' };
    expect(addressIn(sameHost)).toMatchObject({ apiKey: 'shared', headers: { 'x-a': '1' } });
  });
});

describe('advice is given if', () => {
  it.each([
    [{ OWN_2_CHAT_MODEL: 'm' }, 'OWN_2_CHAT_MODEL is set, but no address'],
    [{ OWN_2_SPEECH_PATH: '/' }, 'OWN_2_SPEECH_PATH is set, but no address'],
    [{ OWN_2_BASE_URL: 'http://b' }, 'OWN_2_BASE_URL is set, but no model'],
    [
      { OWN_2_BASE_URL: 'http://b', OWN_2_CHAT_MODEL: 'm', OWN_2_SPEECH_PATH: '/' },
      'OWN_2_SPEECH_PATH is set, but no model for it: set OWN_2_SPEECH_MODEL',
    ],
    [
      { ...GATEWAY, OWN_2_CHAT_MODEL: 'm', OWN_2_HEADERS: 'Authorization: Basic a' },
      'OWN_2_API_KEY and the Authorization in OWN_2_HEADERS contradict each other',
    ],
    [
      { OWN_2_CHAT_BASE_URL: 'http://b/v1/chat/completions/' },
      'OWN_2_CHAT_BASE_URL ends in /chat/completions',
    ],
  ])('%j', (environment: Environment, sentence) => {
    expect(advice(environment)).toEqual([expect.stringContaining(sentence)]);
  });

  it.each([
    {},
    { OWN_2_CHAT_BASE_URL: 'http://b/v1' },
    { ...GATEWAY, OWN_2_CHAT_MODEL: 'm' },
    // The key is for another host.
    { OWN_2_API_KEY: 'k', OWN_2_CHAT_BASE_URL: 'http://b', OWN_2_CHAT_HEADERS: 'Authorization: a' },
  ])('but not with %j', (environment: Environment) => {
    expect(advice(environment)).toEqual([]);
  });
});
