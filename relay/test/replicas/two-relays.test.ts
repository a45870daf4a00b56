import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/lib/clock.ts';
import { CLOSE_REASONS } from '@parley/shared';
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

interface Replica extends TestRelay {
  readonly generator: ScriptedGenerator;
}

/** @param peerPort - where the others look for it; by default where it listens */
async function startReplica(peerPort?: number, env: Record<string, string> = {}): Promise<Replica> {
  const port = await freePort();
  const generator = new ScriptedGenerator({
    clock: systemClock,
    reply: ({ history }) => {
      const { text } = history.at(-1)!;
      // More than the three seconds of voice that are sent ahead.
      const sentences = { 'Tell me a story': 20, 'In short': 5 }[text];
      return [words(sentences === undefined ? `${text}!` : 'A sentence. '.repeat(sentences))];
    },
  });
  const relay = await startTestRelay({
    providers: {
      generator,
      synthesizer: new ScriptedSynthesizer({ clock: systemClock, clauseMs: () => 1_000 }),
    },
    env: {
      PORT: String(port),
      REDIS_URL: redis.url,
      PEER_URL: `http://127.0.0.1:${peerPort ?? port}`,
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
      AUTH_SECRET: SECRET,
      ...env,
    },
  });
  return { ...relay, generator };
}

/** From now on a call connects to another relay. */
function moveTo(call: TestCall, { url }: TestRelay): void {
  const { ws_url } = call.grant;
  Object.assign(call.grant, { ws_url: ws_url.replace(new URL(ws_url).host, new URL(url).host) });
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
    moveTo(call, b);
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

/** What a generator was asked, as one text each. */
const askedOf = ({ generator }: Replica) =>
  generator.requests.map(({ history }) => history.map(({ text }) => text).join(' | '));

describe('a relay that is gone', () => {
  let gone: Replica;
  let heir: Replica;
  beforeAll(async () => {
    // Its process lives, and sees in Redis that its calls went on elsewhere.
    [gone, heir] = await Promise.all([startReplica(await freePort()), startReplica()]);
  });
  afterAll(() => Promise.all([gone[Symbol.asyncDispose](), heir[Symbol.asyncDispose]()]));

  it('leaves its calls to another, with what was said and the utterance that is open', async () => {
    await using call = await TestCall.start(gone.url);
    call.type('First');
    await call.inbound.next('response.done');
    const speech = counting(3, 90 * 1_600);
    call.startSpeech(1);
    const send = (from: number, to: number) => {
      for (let chunk = from; chunk < to; chunk++) {
        call.sendFrame(1, speech.subarray(chunk * 1_600, (chunk + 1) * 1_600));
      }
    };
    send(0, 70);
    // What belongs to an open turn is not acknowledged.
    await call.inbound.until('all acknowledgements', ({ events }) =>
      events.find((event) => event.type === 'input_audio_buffer.ack'),
    );
    await call.cut();
    send(70, 80);
    moveTo(call, heir);
    await call.resume();
    send(80, 90);
    call.stopSpeech(1);
    const { transcript } = await call.inbound.next(
      'conversation.item.input_audio_transcription.completed',
    );
    expect(transcript).toBe(transcriptOf(speech));
    await call.inbound.next('response.done');
    expect(askedOf(heir).at(-1)).toBe(`First | First! | ${transcriptOf(speech)}`);
    expect(call.inbound.ofType('error')).toEqual([]);
    expect(call.inbound.seqs).toEqual(call.inbound.seqs.toSorted((one, next) => one - next));
  });

  it('leaves an answer that was being said: it ends as failed and is given again', async () => {
    await using call = await TestCall.start(gone.url);
    call.type('Tell me a story');
    const { response_id } = await call.inbound.next('response.created');
    await call.inbound.until('voice', ({ frames }) => frames[2]);
    await call.cut();
    moveTo(call, heir);
    await call.reopen();
    call.askToResume({ responses: [response_id] });
    call.sendAgainAfter((await call.inbound.next('session.resumed')).last_input_seq);
    expect(await call.inbound.next('response.done')).toMatchObject({
      response_id,
      status: 'failed',
      error: { code: 'call_moved' },
    });
    const again = await call.inbound.next('response.created');
    expect(again.response_id).not.toBe(response_id);
    expect(askedOf(heir).at(-1)).toBe('Tell me a story');
    call.send({ type: 'conversation.item.truncate', response_id, audio_end_ms: 100 });
    call.send({ type: 'response.cancel', response_id: again.response_id });
    await call.inbound.next('response.done');
    expect(call.inbound.ofType('error')).toEqual([]);
  });
});

describe('a relay that stops', () => {
  it('gives up each call at the end of its turn, and sends new ones elsewhere', async () => {
    await using leaving = await startReplica();
    await using heir = await startReplica();
    const calls = await Promise.all([TestCall.start(leaving.url), TestCall.start(leaving.url)]);
    await using silent = calls[0];
    await using talking = calls[1];
    silent.type('First');
    await silent.inbound.next('response.done');
    talking.type('In short');
    await talking.inbound.next('response.created');
    const late = await grantFor(leaving, leaving);
    const stopped = leaving.stop(5_000);
    expect(await silent.closed).toBe(CLOSE_REASONS.moved.code);
    await using third = await TestCall.start('', {}, late);
    third.type('Third');
    await third.inbound.next('response.done');
    expect(askedOf(heir)).toEqual(['Third']);
    expect(await talking.closed).toBe(CLOSE_REASONS.moved.code);
    expect(talking.inbound.ofType('response.done')).toMatchObject([{ status: 'completed' }]);
    await stopped;
    for (const [index, call] of calls.entries()) {
      moveTo(call, heir);
      await call.resume();
      call.type(`Go on ${index}`);
      await call.inbound.next('response.done');
    }
    expect(askedOf(heir)).toEqual([
      'Third',
      'First | First! | Go on 0',
      `In short | ${'A sentence. '.repeat(5).trim()} | Go on 1`,
    ]);
  });
});
