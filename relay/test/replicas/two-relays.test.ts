import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/lib/clock.ts';
import { createSession } from '../support/api.ts';
import { freePort } from '../support/free-port.ts';
import { RedisServer } from '../support/redis-server.ts';
import { ScriptedGenerator, words } from '../support/scripted-generator.ts';
import { counting, ScriptedSynthesizer } from '../support/scripted-synthesizer.ts';
import { transcriptOf } from '../support/scripted-transcriber.ts';
import { TestCall } from '../support/test-call.ts';
import { startTestRelay, type TestRelay } from '../support/test-relay.ts';

const SECRET = 'a secret that all relays of the test share';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis[Symbol.asyncDispose]());

async function startReplica(): Promise<TestRelay> {
  const port = await freePort();
  return startTestRelay({
    providers: {
      generator: new ScriptedGenerator({
        clock: systemClock,
        reply: ({ history }) => [
          words(`Answer to ${history.map(({ text }) => text).join(' | ')}.`),
        ],
      }),
      synthesizer: new ScriptedSynthesizer({ clock: systemClock, clauseMs: () => 400 }),
    },
    env: {
      PORT: String(port),
      REDIS_URL: redis.url,
      PEER_URL: `http://127.0.0.1:${port}`,
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
      AUTH_SECRET: SECRET,
    },
  });
}

/** The grant of one relay, for the WebSocket of another. */
async function grantFor(issuer: TestRelay, host: TestRelay) {
  const grant = await createSession(issuer.url);
  return {
    ...grant,
    ws_url: grant.ws_url.replace(new URL(grant.ws_url).host, new URL(host.url).host),
  };
}

describe('two relays of one Redis', () => {
  let a: TestRelay;
  let b: TestRelay;
  beforeAll(async () => {
    [a, b] = await Promise.all([startReplica(), startReplica()]);
  });
  afterAll(() => Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]));

  it('redeem each other’s tickets, once', async () => {
    const grant = await grantFor(a, b);
    await using call = await TestCall.start('', {}, grant);
    call.type('Hello');
    await call.inbound.next('response.done');
    const again = TestCall.start('', {}, grant);
    await expect(again).rejects.toThrow(/4401/);
  });

  it('pass a resumption on to the one that holds the call', async () => {
    await using call = await TestCall.start(a.url);
    await call.cut();
    Object.assign(call.grant, {
      ws_url: call.grant.ws_url.replace(new URL(a.url).host, new URL(b.url).host),
    });
    await call.resume();
    const speech = counting(3, 16_000);
    call.speak(1, speech);
    const { transcript } = await call.inbound.next(
      'conversation.item.input_audio_transcription.completed',
    );
    expect(transcript).toBe(transcriptOf(speech));
    await call.inbound.next('response.done');
  });
});
