import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../base/config/read-settings.ts';
import { readConfiguration } from './configuration.ts';

type Environment = Readonly<Record<string, string>>;

function problemsOf(environment: Environment): string {
  try {
    readConfiguration(environment);
    return '';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
}

const EXPOSED = { HOST: '0.0.0.0' };
const PAID = { DEEPGRAM_API_KEY: 'key' };
const OWN_SERVER = { COMPATIBLE_CHAT_MODEL: 'm', COMPATIBLE_API_KEY: 'key' };

describe('a relay that strangers can reach and that costs money does not start', () => {
  it.each<[string, Environment]>([
    ['on all interfaces', { ...EXPOSED, ...PAID }],
    ['on all interfaces in IPv6', { HOST: '::', ...PAID }],
    ['in a network', { HOST: '192.168.1.20', ...PAID }],
    ['under a name of the machine', { HOST: 'my-server', ...PAID }],
    ['behind a proxy', { PUBLIC_URL: 'https://talk.example', ...PAID }],
    ['with a key for one stage', { ...EXPOSED, ANTHROPIC_API_KEY: 'key' }],
    ['at a hosted server', { ...EXPOSED, ...OWN_SERVER, COMPATIBLE_BASE_URL: 'https://a.ai/v1' }],
    [
      'at a hosted server that wants headers',
      {
        ...EXPOSED,
        COMPATIBLE_CHAT_MODEL: 'm',
        COMPATIBLE_HEADERS: 'x-key: 1',
        COMPATIBLE_BASE_URL: 'https://a.ai/v1',
      },
    ],
    ['with guests, but no budget', { ...EXPOSED, ...PAID, GUESTS: 'on' }],
    ['with a budget, but no word of guests', { ...EXPOSED, ...PAID, BUDGET_GUEST_DAY_USD: '1' }],
    [
      'with accounts, and guests without a budget',
      {
        ...EXPOSED,
        ...PAID,
        GUESTS: 'on',
        AUTH_ISSUER: 'https://i.example',
        AUTH_AUDIENCE: 'parley',
      },
    ],
  ])('%s', (_, environment) => {
    const problems = problemsOf(environment);
    for (const way of ['AUTH_ISSUER or SUPABASE_URL', 'ACCESS_CODE', 'BUDGET_GUEST_DAY_USD']) {
      expect(problems).toContain(way);
    }
    expect(problems).not.toContain('key');
  });
});

describe('it starts', () => {
  it.each<[string, Environment]>([
    ['on this machine', PAID],
    ['on this machine in IPv6', { HOST: '::1', ...PAID }],
    ['on this machine under its name', { PUBLIC_URL: 'http://localhost:8787', ...PAID }],
    ['if all is embedded', EXPOSED],
    ['with a key that is not in use', { ...EXPOSED, ...PAID, ...embedded() }],
    [
      'with a server of one’s own',
      { ...EXPOSED, ...OWN_SERVER, COMPATIBLE_BASE_URL: 'http://ollama:11434/v1' },
    ],
    [
      'with a server without a key',
      { ...EXPOSED, COMPATIBLE_CHAT_MODEL: 'm', COMPATIBLE_BASE_URL: 'https://gpu.example/v1' },
    ],
    ['with an access code', { ...EXPOSED, ...PAID, ACCESS_CODE: 'open sesame' }],
    ['with guests and a budget', { ...EXPOSED, ...PAID, GUESTS: 'on', BUDGET_GUEST_DAY_USD: '1' }],
    [
      'with accounts',
      { ...EXPOSED, ...PAID, AUTH_ISSUER: 'https://i.example', AUTH_AUDIENCE: 'parley' },
    ],
    [
      'with accounts of Supabase',
      { ...EXPOSED, ...PAID, SUPABASE_URL: 'https://p.supabase.co', SUPABASE_ANON_KEY: 'a' },
    ],
  ])('%s', (_, environment) => expect(problemsOf(environment)).toBe(''));
});

function embedded(): Environment {
  return { TRANSCRIBERS: 'embedded', GENERATORS: 'embedded', SYNTHESIZERS: 'embedded' };
}
