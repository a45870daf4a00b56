import {
  API_PATHS,
  CLOSE_REASONS,
  SUBPROTOCOL,
  UPLINK_CHUNK_SAMPLES,
  type CreateSessionResponse,
} from '@parley/shared';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { CallEvent } from '../src/call/events/call-events.ts';
import { createSession, signIn } from './support/api.ts';
import { askForSession, guestPlan, refusalOf } from './support/limits.ts';
import { MovableClock } from './support/movable-clock.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay } from './support/test-relay.ts';

/** The code with which a socket for this ticket is closed. */
async function knock(url: string, { ticket }: CreateSessionResponse): Promise<number> {
  const address = new URL(API_PATHS.realtime, url.replace('http', 'ws'));
  const socket = new WebSocket(address, [SUBPROTOCOL, `ticket.${ticket}`]);
  return new Promise((resolve) => socket.once('close', resolve));
}

describe('one user', () => {
  it('has three calls at a time, and another once one of them has ended', async () => {
    await using relay = await startTestRelay();
    const token = await signIn(relay.url);
    const grants = await Promise.all([1, 2, 3, 4].map(async () => createSession(relay.url, token)));
    const calls = await Promise.all(
      grants.slice(0, 3).map((grant) => TestCall.start(relay.url, {}, grant)),
    );
    expect(await knock(relay.url, grants[3]!)).toBe(CLOSE_REASONS.ticketInvalid.code);
    expect(await relay.logs.until('connection refused')).toContain('"limit":"user-sessions"');
    expect(await refusalOf(await askForSession(relay.url, token))).toEqual({
      code: 'too_many_sessions',
      status: 429,
      retryAfterS: null,
    });
    expect(await relay.logs.until('request refused')).toContain('"limit":"user-sessions"');
    // Others are not affected.
    await using other = await TestCall.start(relay.url);
    await calls[0]!.hangUp();
    await relay.logs.until('session ended');
    await using next = await TestCall.start(relay.url, {}, await createSession(relay.url, token));
    for (const call of [other, next]) {
      call.type('Hello');
      await call.inbound.next('response.done');
    }
  });

  it('has a call at once in the place of one that was lost before a word was said', async () => {
    await using relay = await startTestRelay({ env: guestPlan({ concurrent_sessions: 2 }) });
    const token = await signIn(relay.url);
    const start = async () => TestCall.start(relay.url, {}, await createSession(relay.url, token));
    await using spoken = await start();
    spoken.type('Hello');
    await spoken.inbound.next('response.done');
    await spoken.cut();
    const silent = await start();
    await silent.cut();
    await using third = await start();
    expect((await askForSession(relay.url, token)).status).toBe(429);
    await spoken.resume();
    third.type('Hello');
    await third.inbound.next('response.done');
    await silent.reopen();
    expect(await silent.closed).toBe(CLOSE_REASONS.sessionGone.code);
  });

  it('leaves four tickets unused at the most, and hears how long to wait', async () => {
    await using relay = await startTestRelay({ env: { TICKET_TTL_S: '20' } });
    const token = await signIn(relay.url);
    for (let one = 0; one < 4; one++)
      expect((await askForSession(relay.url, token)).status).toBe(201);
    const refusal = await refusalOf(await askForSession(relay.url, token));
    expect(refusal).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(refusal.retryAfterS).toBeGreaterThan(15);
    expect(refusal.retryAfterS).toBeLessThanOrEqual(20);
  });

  it('begins no more calls in an hour than the plan has', async () => {
    const env = guestPlan({ sessions_per_hour: 6, open_tickets: 100 });
    await using relay = await startTestRelay({ env });
    const token = await signIn(relay.url);
    for (let one = 0; one < 6; one++)
      expect((await askForSession(relay.url, token)).status).toBe(201);
    expect(await refusalOf(await askForSession(relay.url, token))).toEqual({
      code: 'rate_limited',
      status: 429,
      retryAfterS: 600,
    });
  });

  it('has so many turns in a minute over all calls', async () => {
    const events: CallEvent[] = [];
    await using relay = await startTestRelay({
      env: guestPlan({ turns_per_minute: 10 }),
      observers: [{ name: 'test', observe: (event) => void events.push(event) }],
    });
    const token = await signIn(relay.url);
    const calls = await Promise.all(
      [1, 2].map(async () => TestCall.start(relay.url, {}, await createSession(relay.url, token))),
    );
    for (let turn = 0; turn < 8; turn++) for (const call of calls) call.type('Hello');
    const errors = () => calls.flatMap((call) => call.inbound.ofType('error'));
    await expect.poll(() => errors().length).toBe(6);
    expect(new Set(errors().map(({ code }) => code))).toEqual(new Set(['rate_limited']));
    expect(events.filter(({ type }) => type === 'limit-hit')).toHaveLength(6);
    await using other = await TestCall.start(relay.url);
    other.type('Hello');
    await other.inbound.next('response.done');
    for (const call of calls) await call.hangUp();
  });
});

describe('one call', () => {
  it('is told before it reaches its longest duration', async () => {
    // The warning comes two minutes before the end: at once, if the call lasts hardly longer.
    const clock = new MovableClock();
    const env = guestPlan({ session_duration_s: 120.5 });
    await using relay = await startTestRelay({ env, clock });
    await using call = await TestCall.start(relay.url);
    expect(call.inbound.ofType('session.created')[0]?.session.limits).toMatchObject({
      session_duration_ms: 120_500,
    });
    const { reason, in_ms } = await clock.skip(call.inbound.next('session.ending'));
    expect(reason).toBe('duration');
    expect(in_ms).toBeGreaterThan(115_000);
    expect(in_ms).toBeLessThanOrEqual(120_000);
  });

  it('may send so many events in a minute, and as many pings as it likes', async () => {
    await using relay = await startTestRelay();
    await using call = await TestCall.start(relay.url);
    for (let count = 0; count < 300; count++)
      call.raw(JSON.stringify({ type: 'ping', client_ms: 1 }));
    for (let count = 0; count < 130; count++) call.send({ type: 'response.cancel' });
    await expect
      .poll(() => call.inbound.ofType('error').map(({ code }) => code))
      .toEqual(Array(30).fill('rate_limited'));
    call.raw(JSON.stringify({ type: 'ping', client_ms: 2 }));
    await call.inbound.next('pong');
  });

  it('is heard no faster than people speak', async () => {
    const taken: CallEvent[] = [];
    await using relay = await startTestRelay({
      env: { UTTERANCE_S: '600' },
      observers: [{ name: 'test', observe: (event) => void taken.push(event) }],
    });
    await using call = await TestCall.start(relay.url);
    const chunk = new Int16Array(UPLINK_CHUNK_SAMPLES);
    call.startSpeech(1);
    for (let sent = 0; sent < 1_000; sent++) call.sendFrame(1, chunk);
    expect(await call.inbound.next('error')).toMatchObject({ code: 'rate_limited' });
    call.stopSpeech(1);
    call.startSpeech(2);
    for (let sent = 0; sent < 20; sent++) call.sendFrame(2, chunk);
    await expect
      .poll(() => taken.flatMap((event) => (event.type === 'limit-hit' ? [event.limit] : [])))
      .toEqual(['audio-rate', 'audio-rate']);
    const heardMs = taken.reduce(
      (sum, event) => sum + (event.type === 'utterance-discarded' ? event.audioMs : 0),
      0,
    );
    expect(heardMs).toBeGreaterThanOrEqual(70_000);
    expect(heardMs).toBeLessThan(75_000);
    call.type('Still there?');
    await call.inbound.next('response.done');
  });
});
