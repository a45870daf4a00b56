import { API_PATHS, CLOSE_REASONS } from '@parley/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCall } from '../../talk/client/call.ts';
import { freePort } from '../support/free-port.ts';
import { RedisServer } from '../support/redis-server.ts';
import { askedOf, grantFor, moveTo, startReplica, type Replica } from '../support/replica.ts';
import { RequestProxy } from '../support/request-proxy.ts';
import { counting } from '../support/scripted-synthesizer.ts';
import { transcriptOf } from '../support/scripted-transcriber.ts';
import { TestCall } from '../support/test-call.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis[Symbol.asyncDispose]());

describe('two relays of one Redis', () => {
  let a: Replica;
  let b: Replica;
  beforeAll(async () => {
    [a, b] = await Promise.all([startReplica(redis), startReplica(redis)]);
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

describe('a client whose WebSockets do not get through', () => {
  it('talks to two relays, whichever of them each of its requests reaches', async () => {
    await using a = await startReplica(redis);
    // The later one knows the earlier one at once, which learns of it within a second.
    await using b = await startReplica(redis);
    let asked = 0;
    const either = () => (asked++ % 2 === 0 ? a : b).url;
    await using proxy = await RequestProxy.to((path) =>
      path === API_PATHS.polls ? a.url : either(),
    );
    const call = await openCall({
      ...{ url: proxy.url, speed: 20, signal: new AbortController().signal },
    });
    const samples = counting(7, 40_000);
    const turn = await call.say({ samples, onset: 8_000, end: 24_000 });
    expect(turn).toMatchObject({ transcript: transcriptOf(samples.subarray(3_200, 32_000)) });
    expect(turn.error).toBeNull();
    expect(proxy.paths.filter((path) => path === API_PATHS.polls)).toHaveLength(1);
    await call.close();
  });
});

describe('a relay that is gone', () => {
  let gone: Replica;
  let heir: Replica;
  beforeAll(async () => {
    // Its process lives, and sees in Redis that its calls went on elsewhere.
    [gone, heir] = await Promise.all([
      startReplica(redis, { peerPort: await freePort() }),
      startReplica(redis),
    ]);
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
    await using leaving = await startReplica(redis);
    await using heir = await startReplica(redis);
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
