import { once } from 'node:events';
import {
  ParleyError,
  API_PATHS,
  CLOSE_REASONS,
  createSessionResponseSchema,
  LOG_PATHS,
  logSettingsSchema,
} from '@parley/shared';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/lib/clock.ts';
import { createFailoverStages } from '../src/call/stages/failover-stages.ts';
import { DEFAULT_POLICY } from '../src/call/stages/health/policy.ts';
import { Watchdog } from '../src/call/turn/watchdog.ts';
import { createEmbeddedAssistant } from '../src/providers/embedded/assistant.ts';
import { startCallServer } from './support/call-server.ts';
import { ScriptedGenerator } from './support/scripted-generator.ts';
import { scriptedStages, type ScriptedProviders } from './support/scripted-stages.ts';
import { ScriptedSynthesizer } from './support/scripted-synthesizer.ts';
import { ScriptedTranscriber } from './support/scripted-transcriber.ts';
import { Issuer } from './support/issuer.ts';
import { LogTailClient, refusalOf } from './support/log-tail-client.ts';
import { personOf } from './support/person.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const ADMIN_TOKEN = 'an-administrators-token';
const env = { ADMIN_TOKEN };

async function level(relay: TestRelay, change?: unknown, token = ADMIN_TOKEN) {
  const response = await fetch(new URL(LOG_PATHS.level, relay.url), {
    headers: { authorization: `Bearer ${token}` },
    ...(change === undefined ? {} : { method: 'PUT', body: JSON.stringify(change) }),
  });
  return { status: response.status, body: await response.json() };
}

describe('the level of the log', () => {
  it('is changed at run time, for calls that run too', async () => {
    await using relay = await startTestRelay({ env });
    expect(logSettingsSchema.parse((await level(relay)).body)).toEqual({ level: 'info' });
    await using call = await TestCall.start(relay.url);
    expect(await level(relay, { level: 'debug' })).toEqual({
      status: 200,
      body: { level: 'debug' },
    });
    call.raw('{"type":"from.a.later.version","seq":1}');
    expect(await relay.logs.until('ignored an unknown event')).toContain('"level":"debug"');
    expect(await level(relay, { level: null })).toMatchObject({ body: { level: 'info' } });
    expect(await relay.logs.until('settings changed')).toContain('log_level');
  });

  it('is for administrators, and one of the known ones', async () => {
    await using relay = await startTestRelay({ env });
    const { token } = await personOf(relay.url);
    expect((await level(relay, undefined, token)).status).toBe(403);
    expect((await level(relay, { level: 'loud' })).status).toBe(400);
    expect((await level(relay, {})).status).toBe(400);
  });
});

describe('a line about a turn', () => {
  const ofTurn = {
    sessionId: expect.stringMatching(/^sess_/),
    turnId: expect.stringMatching(/^turn_/),
  };

  it('that another provider took over names session and turn, in each stage', async () => {
    const lines: unknown[] = [];
    const failing = { fail: new ParleyError('transcriber_failed') };
    await using stages = createFailoverStages({
      transcribers: [
        new ScriptedTranscriber({ clock: systemClock, name: 'broken', onFinal: () => [failing] }),
        new ScriptedTranscriber({ clock: systemClock }),
      ],
      generators: [
        new ScriptedGenerator({
          clock: systemClock,
          reply: () => [{ fail: new ParleyError('generator_failed') }],
        }),
        createEmbeddedAssistant(),
      ],
      synthesizers: [
        new ScriptedSynthesizer({
          clock: systemClock,
          speak: () => [{ fail: new ParleyError('synthesizer_failed') }],
        }),
        Object.assign(new ScriptedSynthesizer({ clock: systemClock }), { name: 'second' }),
      ],
      policy: DEFAULT_POLICY,
      clock: systemClock,
      logger: pino({ level: 'warn' }, { write: (line) => lines.push(JSON.parse(line)) }),
    });
    await using relay = await startTestRelay({ stages });
    await using call = await TestCall.start(relay.url);
    call.speak(1, new Int16Array(1_600).fill(1_000));
    await call.inbound.next('response.done');
    expect(lines).toMatchObject([
      { ...ofTurn, stage: 'transcriber', from: 'broken', to: 'scripted-transcriber' },
      { ...ofTurn, stage: 'generator', from: 'scripted-generator', to: 'embedded' },
      { ...ofTurn, stage: 'synthesizer', from: 'scripted-synthesizer', to: 'second' },
    ]);
  });

  it.each<[string, ScriptedProviders]>([
    [
      'transcriber',
      { transcriber: new ScriptedTranscriber({ clock: systemClock, onFinal: () => ['hang'] }) },
    ],
    [
      'generator',
      { generator: new ScriptedGenerator({ clock: systemClock, reply: () => ['hang'] }) },
    ],
  ])('of which a %s makes no progress names session and turn', async (stage, providers) => {
    await using server = await startCallServer({
      providers: scriptedStages(systemClock, providers),
      watchdog: new Watchdog({ clock: systemClock, intervalMs: 20, warnAfterMs: 40 }),
    });
    await using call = await server.call();
    call.speak(1, new Int16Array(1_600).fill(1_000));
    const line = await server.logs.until('a stage makes no progress');
    const { turnId } = ofTurn;
    expect(JSON.parse(line)).toMatchObject({ sessionId: call.grant.session_id, turnId, stage });
  });
});

describe('the live tail of the log', () => {
  it('shows lines while they are written, and others when it is asked to', async () => {
    await using relay = await startTestRelay({ env });
    using tail = await LogTailClient.open(relay.url, ADMIN_TOKEN, '?level=error');
    await using call = await TestCall.start(relay.url);
    const session = call.grant.session_id;
    await relay.logs.until('session started');
    using later = await LogTailClient.open(relay.url, ADMIN_TOKEN, `?session=${session}&last=200`);
    await later.messages.until('session started');
    expect(await refusalOf(relay.url, ADMIN_TOKEN, { query: '?last=201' })).toBe(400);
    tail.socket.send(JSON.stringify({ session }));
    await tail.messages.until(`{"filter":{"session":"${session}"}}`);
    await call.hangUp();
    const line = JSON.parse(await tail.messages.until('session ended')) as unknown;
    expect(line).toMatchObject({ level: 'info', sessionId: session });
    expect(tail.messages.lines.join()).not.toContain('session started');
    tail.socket.send('{"loudness":3}');
    await tail.messages.until('invalid_request');
    tail.socket.send('level');
    await tail.messages.until('malformed_json');
  });

  it('shows the sessions of a tag', async () => {
    await using relay = await startTestRelay({ env });
    using tail = await LogTailClient.open(relay.url, ADMIN_TOKEN, '?tag=trial:7');
    const { request } = await personOf(relay.url);
    const grantWith = async (tags: readonly string[]) => {
      const response = await request('POST', API_PATHS.sessions, { tags });
      return createSessionResponseSchema.parse(await response.json());
    };
    await using tagged = await TestCall.start(relay.url, {}, await grantWith(['trial:7', 'b']));
    await using other = await TestCall.start(relay.url, {}, await grantWith(['trial:8']));
    await other.hangUp();
    await relay.logs.until('session ended');
    // One line of the session itself, and those of the observer that logs calls.
    tagged.raw('not an event');
    await tail.messages.until('message refused');
    tagged.type('What time is it?');
    await tail.messages.until('turn ended');
    await tagged.hangUp();
    await tail.messages.until('session ended');
    for (const line of tail.messages.lines.slice(1)) {
      expect(JSON.parse(line)).toMatchObject({
        sessionId: tagged.grant.session_id,
        tags: ['trial:7', 'b'],
      });
    }
  });

  it.each([[['Trial']], [['']], [['a'.repeat(33)]], [Array.from({ length: 9 }, (_, n) => `${n}`)]])(
    'takes no tags like %j',
    async (tags) => {
      await using relay = await startTestRelay();
      const { request } = await personOf(relay.url);
      expect((await request('POST', API_PATHS.sessions, { tags })).status).toBe(400);
    },
  );

  it('refuses those who are not administrators before the upgrade', async () => {
    await using relay = await startTestRelay({ env });
    expect(await refusalOf(relay.url, undefined)).toBe(401);
    expect(await refusalOf(relay.url, 'not-the-operators-token')).toBe(401);
    const origin = 'https://elsewhere.example';
    expect(await refusalOf(relay.url, ADMIN_TOKEN, { origin })).toBe(403);
    expect(await refusalOf(relay.url, ADMIN_TOKEN, { query: '?level=loud' })).toBe(400);
    expect(await refusalOf(relay.url, ADMIN_TOKEN, { query: '?loudness=3' })).toBe(400);
  });

  it('is for accounts that administrate, not for others', async () => {
    using issuer = await Issuer.start();
    await using relay = await startTestRelay({
      env: { AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'parley' },
    });
    expect(await refusalOf(relay.url, await issuer.token())).toBe(403);
    using tail = await LogTailClient.open(relay.url, await issuer.token({ role: 'admin' }));
    expect(tail.messages.lines).toEqual(['{"filter":{}}']);
  });

  it('is not there without an administrator', async () => {
    await using relay = await startTestRelay();
    expect(await refusalOf(relay.url, ADMIN_TOKEN)).toBe(404);
  });

  it('has room for eight, and ends with the relay', async () => {
    await using relay = await startTestRelay({ env });
    const tails = await Promise.all(
      Array.from({ length: 8 }, () => LogTailClient.open(relay.url, ADMIN_TOKEN)),
    );
    expect(await refusalOf(relay.url, ADMIN_TOKEN)).toBe(429);
    tails[0]!.socket.close();
    await once(tails[0]!.socket, 'close');
    const another = await LogTailClient.open(relay.url, ADMIN_TOKEN);
    const closed = once(another.socket, 'close');
    await relay.stop(0);
    expect((await closed)[0]).toBe(CLOSE_REASONS.draining.code);
  });
});
