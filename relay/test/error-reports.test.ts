import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/lib/clock.ts';
import { ProviderError } from '../src/call/stages/provider-error.ts';
import type { CallObserver } from '../src/call/events/call-observers.ts';
import { ScriptedGenerator } from './support/scripted-generator.ts';
import { MovableClock } from './support/movable-clock.ts';
import { SentryServer } from './support/sentry-server.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelayOptions } from './support/test-relay.ts';

const SENTENCE = 'The emerald lies under the lemon tree';
const SECRET = 'sk-live-0123456789abcdefghijklmnop';
const ADDRESS = `https://vendor.example/listen?token=${SECRET}&text=emerald`;

/** Fails with all that a library's error may hold. */
const failing = (error: () => unknown): CallObserver => ({
  name: 'failing-observer',
  observe(event) {
    if (event.type === 'text-typed') throw error();
  },
});

async function callWith(dsn: string, options: TestRelayOptions) {
  const relay = await startTestRelay({ ...options, env: { SENTRY_DSN: dsn, ...options.env } });
  const call = await TestCall.start(relay.url);
  call.type(SENTENCE);
  await call.inbound.next('response.done');
  await call.hangUp();
  return relay;
}

describe('error reports', () => {
  it('tell where an error happened, and nothing of what was said or of secrets', async () => {
    using sentry = await SentryServer.start();
    const error = () =>
      Object.assign(new Error(`Cannot send "${SENTENCE}" to ${ADDRESS}\n    at the lemon tree`), {
        code: SENTENCE,
        config: { headers: { authorization: `Bearer ${SECRET}` } },
        cause: new SyntaxError(`Unexpected token in ${SENTENCE}`),
      });
    await using _ = await callWith(sentry.dsn, {
      observers: [failing(error)],
      env: { ADMIN_TOKEN: SECRET, SENTRY_ENVIRONMENT: 'trial' },
    });
    const request = await sentry.requests.until('a call observer failed');
    for (const planted of [SENTENCE, 'emerald', 'lemon', SECRET, 'vendor.example', '?token']) {
      expect(request).not.toContain(planted);
    }
    const [event] = sentry.events;
    expect(event).toMatchObject({
      level: 'error',
      environment: 'trial',
      message: { formatted: 'a call observer failed' },
      tags: { observer: 'failing-observer', event: 'text-typed' },
      exception: { values: [{ type: 'Error' }] },
    });
    expect(event!.tags['sessionId']).toMatch(/^sess_/);
    const files = event!.exception!.values[0]!.stacktrace.frames.map(({ filename }) => filename);
    expect(files).toContain('relay/src/call/events/call-observers.ts');
    expect(files.at(-1)).toBe('relay/test/error-reports.test.ts');
  });

  it('keep what the language itself says of an error', async () => {
    using sentry = await SentryServer.start();
    const nothing: { readonly some?: { readonly field: string } } = {};
    const error = () => {
      try {
        return nothing.some!.field;
      } catch (thrown) {
        return thrown;
      }
    };
    await using _ = await callWith(sentry.dsn, { observers: [failing(error)] });
    await sentry.requests.until('a call observer failed');
    expect(sentry.events[0]!.exception!.values).toMatchObject([
      { type: 'TypeError', value: "Cannot read properties of undefined (reading 'field')" },
    ]);
  });

  it('tell of a provider that fails, once a minute', async () => {
    using sentry = await SentryServer.start();
    const provider = 'scripted-generator';
    const generator = new ScriptedGenerator({
      clock: systemClock,
      reply: () => [
        {
          fail: new ProviderError({
            provider,
            stage: 'generator',
            fault: 'rate-limited',
            note: SENTENCE,
          }),
        },
      ],
    });
    const relay = await callWith(sentry.dsn, { providers: { generator } });
    await using again = await TestCall.start(relay.url);
    again.type(SENTENCE);
    await again.inbound.next('response.done');
    await relay[Symbol.asyncDispose]();
    expect(sentry.events).toMatchObject([
      {
        level: 'warning',
        message: { formatted: 'provider failed' },
        tags: { stage: 'generator', provider, fault: 'rate-limited' },
      },
    ]);
    expect(sentry.requests.lines.join()).not.toContain('emerald');
  });

  it('hold up no end of the relay for long, if Sentry does not answer', async () => {
    using sentry = await SentryServer.start();
    sentry.status = 0;
    const clock = new MovableClock();
    const observers = [failing(() => new Error('it'))];
    const relay = await callWith(sentry.dsn, { observers, clock });
    await sentry.requests.until('a call observer failed');
    const startMs = clock.now();
    await clock.skip(relay[Symbol.asyncDispose]());
    expect(clock.now() - startMs).toBeLessThan(4_000);
  });

  it('that Sentry refuses are a warning, and calls go on', async () => {
    using sentry = await SentryServer.start();
    sentry.status = 429;
    await using relay = await callWith(sentry.dsn, { observers: [failing(() => new Error('it'))] });
    expect(await relay.logs.until('error reports are lost')).toContain('status 429');
    expect(sentry.requests.lines).toHaveLength(1);
  });
});
