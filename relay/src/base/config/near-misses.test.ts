import { describe, expect, it } from 'vitest';
import { CORE_SETTINGS } from './core-settings.ts';
import { editDistance, nearMisses } from './near-misses.ts';

const NAMES = [
  ...Object.keys(CORE_SETTINGS),
  'COMPATIBLE_BASE_URL',
  'COMPATIBLE_CHAT_BASE_URL',
  'COMPATIBLE_CHAT_MODEL',
  'COMPATIBLE_API_KEY',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'GOOGLE_API_KEY',
  'DEEPGRAM_API_KEY',
];

describe('a name that is nearly a setting', () => {
  it.each([
    ['COMPATIBLE_CHAT_MODLE', 'COMPATIBLE_CHAT_MODEL'],
    ['COMPATIBLE_CHAT_URL', 'COMPATIBLE_CHAT_BASE_URL'],
    ['COMPATIBLE_URL', 'COMPATIBLE_BASE_URL'],
    ['OPENAI_KEY', 'OPENAI_API_KEY'],
    ['OPEN_AI_API_KEY', 'OPENAI_API_KEY'],
    ['openai_api_key', 'OPENAI_API_KEY'],
    ['DEEPGRAM-API-KEY', 'DEEPGRAM_API_KEY'],
    ['GOOGLE_GENERATIVE_AI_API_KEY', 'GOOGLE_API_KEY'],
    ['OPENAI_BASEURL', 'OPENAI_BASE_URL'],
    ['ALLOWED_ORIGIN', 'ALLOWED_ORIGINS'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['MAX_SESSION', 'MAX_SESSIONS'],
    ['PROT', 'PORT'],
    ['MAX_WORKERS', 'EMBEDDED_WORKERS'],
    ['MAX_WEBSOCKET_CONNECTIONS', 'MAX_SESSIONS'],
    ['ENABLE_PROMETHEUS', 'ENABLE_METRICS'],
    ['ENVIRONMENT', 'SENTRY_ENVIRONMENT'],
  ])('%s is told as %s', (written, meant) => {
    expect(nearMisses({ [written]: 'x' }, NAMES)).toEqual([
      `${written} is not a setting of Parley and has no effect. Do you mean ${meant}?`,
    ]);
  });
});

const OTHERS =
  'HOME PATH TERM LANG USER PWD SHLVL EDITOR HOSTNAME LOGNAME TZ CI NODE_ENV XDG_DATA_DIRS SHELL ' +
  'npm_config_cache npm_package_name npm_lifecycle_event OPENAI_ORG_ID OPENAI_PROJECT_ID ' +
  'GOOGLE_APPLICATION_CREDENTIALS GOOGLE_CLOUD_PROJECT COLORTERM DATABASE_URL REDIS_URL MAIL ' +
  'HTTP_PROXY NO_COLOR HF_TOKEN AWS_REGION SSH_AUTH_SOCK DISPLAY VERCEL_URL OLDPWD PS1';

it.each(OTHERS.split(' '))('says nothing of %s, which is of other programs', (name) => {
  expect(nearMisses({ [name]: 'x' }, NAMES)).toEqual([]);
});

it('says nothing of a variable beside the setting that it resembles', () => {
  const environment = { OPENAI_API_KEY: 'a', OPENAI_KEY: 'b', PORT: '1', PORTS: '2', EMPTY: '' };
  expect(nearMisses(environment, NAMES)).toEqual([]);
});

it('never says a value', () => {
  const sentences = nearMisses({ OPENAI_KEY: 'sk-secret' }, NAMES).join();
  expect(sentences).toContain('OPENAI_API_KEY');
  expect(sentences).not.toContain('sk-secret');
});

it.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', 'acb', 1],
  ['abc', 'ab', 1],
  ['abc', 'xyz', 3],
  ['modle', 'model', 1],
])('%j and %j differ by %i', (from, to, expected) => {
  expect(editDistance(from, to)).toBe(expected);
  expect(editDistance(to, from)).toBe(expected);
});
