import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { healthResponseSchema } from '@parley/shared';
import { systemClock } from '../src/base/lib/clock.ts';
import { createSession, signIn } from './support/api.ts';
import { eventually } from './support/eventually.ts';
import { upgradeRequest } from './support/raw-http.ts';
import { ScriptedGenerator } from './support/scripted-generator.ts';
import { ScriptedSynthesizer } from './support/scripted-synthesizer.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay } from './support/test-relay.ts';

/** What holds the process: sockets, servers and timers, sorted. */
function held(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /TCP|Timeout|Worker/.test(kind))
    .toSorted();
}

/** A whole life of a relay, with calls in every state when it stops. */
async function liveAndStop(): Promise<void> {
  const generator = new ScriptedGenerator({ clock: systemClock, reply: () => ['hang'] });
  await using relay = await startTestRelay({ providers: { generator } });
  await createSession(relay.url);
  const idle = await TestCall.start(relay.url);
  const thinking = await TestCall.start(relay.url);
  thinking.type('Think');
  await thinking.inbound.next('response.created');
  const speaking = await TestCall.start(relay.url);
  speaking.startSpeech(1);
  speaking.sendFrame(1, new Int16Array(1_600));
  const lost = await TestCall.start(relay.url);
  await lost.cut();
  await relay.stop(0);
  expect(await Promise.all([idle.closed, thinking.closed, speaking.closed])).toEqual([
    1012, 1012, 1012,
  ]);
}

describe('a relay that stops', () => {
  it('leaves nothing behind that would hold the process', async () => {
    // The first time warms up what belongs to the process: its HTTP client and its modules.
    await liveAndStop();
    const before = held();
    await liveAndStop();
    // A timer of what ran before in this process may have ended meanwhile.
    await eventually(() => held().length <= before.length);
    expect(held().length).toBeLessThanOrEqual(before.length);
  });

  it('lets what is being said be finished first', async () => {
    const synthesizer = new ScriptedSynthesizer({ clock: systemClock, clauseMs: () => 3_500 });
    await using relay = await startTestRelay({ providers: { synthesizer } });
    await using call = await TestCall.start(relay.url);
    call.type('One last thing');
    await call.inbound.until('voice', (inbound) => inbound.frames[0]);
    const stopping = relay.stop(20_000);
    expect(await call.inbound.next('session.draining')).toMatchObject({ grace_ms: 20_000 });
    expect((await call.inbound.next('response.done')).status).toBe('completed');
    expect(await call.closed).toBe(1012);
    await stopping;
  });

  it('refuses new sessions meanwhile, and says so', async () => {
    const generator = new ScriptedGenerator({ clock: systemClock, reply: () => ['hang'] });
    await using relay = await startTestRelay({ providers: { generator } });
    const token = await signIn(relay.url);
    const waiting = await createSession(relay.url, token);
    await using call = await TestCall.start(relay.url);
    call.type('Think');
    await call.inbound.next('response.created');
    const stopping = relay.stop(60_000);
    await call.inbound.next('session.draining');

    const response = await fetch(`${relay.url}/api/v1/sessions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: 'draining', retryable: true } });
    await expect(TestCall.start(relay.url, {}, waiting)).rejects.toThrow('1012');
    const health = healthResponseSchema.parse(await (await fetch(`${relay.url}/health`)).json());
    expect(health).toMatchObject({ status: 'draining', active_connections: 1 });

    call.send({ type: 'response.cancel' });
    expect(await call.closed).toBe(1012);
    await stopping;
  });

  it('does not wait for clients that never answer its close', async () => {
    const relay = await startTestRelay();
    const deaf = await TestCall.start(relay.url);
    deaf.socket.pause();
    const { hostname, port } = new URL(relay.url);
    const halfOpen = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    halfOpen.write(upgradeRequest(relay.url, { target: '/elsewhere' }));
    await new Promise((resolve) => halfOpen.once('data', resolve));
    try {
      await relay[Symbol.asyncDispose]();
      await expect(fetch(`${relay.url}/health`)).rejects.toThrow('fetch failed');
    } finally {
      halfOpen.destroy();
      deaf.socket.terminate();
    }
  });
});
