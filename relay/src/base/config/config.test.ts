import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { ConfigError } from './read-settings.ts';

function problemsOf(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      ticketTtlMs: 30_000,
      limits: {
        session_duration_ms: 1_800_000,
        idle_ms: 600_000,
        utterance_ms: 60_000,
        resume_window_ms: 120_000,
        heartbeat_ms: 15_000,
      },
      deadlines: { transcriberMs: 30_000, generatorMs: 60_000, synthesizerMs: 15_000 },
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', AUTH_SECRET: '', ALLOWED_ORIGINS: '' })).toEqual(readConfig({}));
  });

  it('reads numbers as numbers and seconds as milliseconds', () => {
    expect(readConfig({ PORT: '0', IDLE_S: '1.5' })).toMatchObject({
      port: 0,
      limits: { idle_ms: 1_500 },
    });
  });

  it('reads a list of origins, however they are written', () => {
    const { allowedOrigins } = readConfig({
      ALLOWED_ORIGINS: ' https://a.example/ , http://b.example:8080,, ',
    });
    expect(allowedOrigins).toEqual(['https://a.example', 'http://b.example:8080']);
  });

  it('lets no page frame the call but those of origins that are named', () => {
    expect(readConfig({}).embedOrigins).toEqual([]);
    const { embedOrigins } = readConfig({
      EMBED_ORIGINS: ' https://A.example/, http://localhost:3000,, ',
    });
    expect(embedOrigins).toEqual(['https://a.example', 'http://localhost:3000']);
  });

  it.each([
    '*',
    'a.example',
    'https://*.a.example',
    'https://a.example/shop',
    'https://a.example?x',
    'https://me@a.example',
    "https://a.example; script-src 'unsafe-inline'",
  ])('refuses %s as an origin that may frame the call', (origin) => {
    expect(() => readConfig({ EMBED_ORIGINS: origin })).toThrow('each without a path, such as');
  });

  it('lets pages of its public address connect, and is addressed by every name that was set', () => {
    expect(
      readConfig({
        HOST: 'parley.lan',
        PUBLIC_URL: 'https://Relay.example:8443/',
        ALLOWED_ORIGINS: 'https://page.example',
      }),
    ).toMatchObject({
      allowedOrigins: ['https://page.example', 'https://relay.example:8443'],
      hostNames: ['parley.lan', 'page.example', 'relay.example'],
    });
  });

  it.each([
    'https://a.example/?x',
    'https://a.example/#x',
    'https://me@a.example',
    'https://a.example/api',
    'https://a.example/assets/parley',
    'https://a.example/history/',
    'https://a.example/ws',
    'https://a.example/a//b',
    'https://a.example/"><script>',
  ])('refuses %s as its public address', (url) => {
    expect(() => readConfig({ PUBLIC_URL: url })).toThrow('expected http or https URL, perhaps');
  });

  it.each(['https://a.example', 'https://a.example/voice', 'https://a.example:8443/our/voice-1/'])(
    'takes %s as its public address',
    (url) => {
      const { publicUrl, allowedOrigins, hostNames } = readConfig({ PUBLIC_URL: url });
      expect(publicUrl).toBe(url);
      expect(allowedOrigins).toEqual([new URL(url).origin]);
      expect(hostNames).toContain('a.example');
    },
  );

  it.each([
    ['de', 'de'],
    ['pt-BR', 'pt-BR'],
    // As desktops set it, for all programs.
    ['en_US:en', 'en-US'],
    ['de_DE.UTF-8', 'de-DE'],
    ['zh_Hant_TW', 'zh-Hant-TW'],
    ['ca@valencia', 'ca'],
  ])('reads the language %s as %s', (written, language) => {
    expect(readConfig({ LANGUAGE: written }).providers.language).toBe(language);
  });

  it('reads the languages that may be chosen, in their order', () => {
    expect(readConfig({ LANGUAGES: 'fr, de-CH' }).providers.languages).toEqual(['fr', 'de-CH']);
    expect(readConfig({}).providers.languages).toBeUndefined();
    expect(problemsOf({ LANGUAGES: 'fr, Deutsch' })).toMatch(/LANGUAGES: found ".*Deutsch/);
  });

  it.each([
    ['INFO', 'info'],
    ['Debug', 'debug'],
    ['WARNING', 'warn'],
    ['CRITICAL', 'fatal'],
  ])('reads the log level %s', (written, level) => {
    expect(readConfig({ LOG_LEVEL: written }).logLevel).toBe(level);
  });

  it.each(['off', 'OFF', 'false', 'False', '0', 'no'])('reads %s as off', (word) => {
    expect(readConfig({ ENABLE_METRICS: word }).metrics.isOn).toBe(false);
    expect(readConfig({ ADDRESS_LIMITS: word, HOST: '::' }).limitSettings.limitsAddresses).toBe(
      false,
    );
    expect(problemsOf({ ENABLE_METRICS: 'nay' })).toContain('expected `on` or `off`');
  });

  it('has an absolute data folder', () => {
    expect(readConfig({ DATA_DIR: './here' }).dataDir).toBe(`${process.cwd()}/here`);
  });
});

describe('a configuration that is not valid', () => {
  it('is told with every variable that is wrong, and what was found', () => {
    const problems = problemsOf({
      PORT: 'eighty',
      LOG_LEVEL: 'loud',
      IDLE_S: '-3',
      ALLOWED_ORIGINS: 'https://a.example, nonsense',
      PUBLIC_URL: 'ftp://a.example',
    });
    for (const [name, found] of [
      ['PORT', 'eighty'],
      ['LOG_LEVEL', 'loud'],
      ['IDLE_S', '-3'],
      ['ALLOWED_ORIGINS', 'nonsense'],
      ['PUBLIC_URL', 'ftp://a.example'],
    ]) {
      expect(problems).toMatch(new RegExp(`^  ${name}: found ".*${found}.*`, 'm'));
    }
  });

  it('does not print a secret', () => {
    const problems = problemsOf({ AUTH_SECRET: 'short secret' });
    expect(problems).toContain('AUTH_SECRET');
    expect(problems).not.toContain('short secret');
  });

  it.each([
    { PORT: '65536' },
    { PORT: '80.5' },
    { MAX_SESSIONS: '0' },
    { TICKET_TTL_S: '0' },
    { TICKET_TTL_S: '301' },
    { GUEST_TOKEN_TTL_S: '0.2' },
    { HEARTBEAT_S: '0.5' },
    { SHUTDOWN_GRACE_S: '-1' },
    { IDLE_S: 'Infinity' },
  ])('%o is out of bounds', (environment) => {
    expect(problemsOf(environment)).toContain(Object.keys(environment)[0]);
  });
});

it('never fails in another way, for any value', () => {
  const names = ['PORT', 'IDLE_S', 'ALLOWED_ORIGINS', 'PUBLIC_URL', 'LOG_LEVEL', 'HOST'];
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.string(), (name, value) => {
      expect(problemsOf({ [name]: value })).toMatch(/^$|^The configuration is not valid:\n {2}/);
    }),
    { numRuns: 300 },
  );
});
