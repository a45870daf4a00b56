import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import {
  AudioFrameKind,
  BESIDE_SUBPROTOCOL_PREFIX,
  decodeRelayEvent,
  encodeAudioFrame,
  SUBPROTOCOL,
} from '@parley/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inbound } from './support/inbound.ts';
import { RedisServer } from './support/redis-server.ts';
import { moveTo, startReplica } from './support/replica.ts';
import { counting } from './support/scripted-synthesizer.ts';
import { transcriptOf } from './support/scripted-transcriber.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const CHUNK = 1_600;

/** A socket beside that of a call, and what comes on it. */
class Beside implements AsyncDisposable {
  readonly inbound = new Inbound();
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  voices = 0;

  constructor({ grant }: TestCall, { token = grant.resume_token, ...options }: BesideOptions = {}) {
    const protocols = [SUBPROTOCOL, BESIDE_SUBPROTOCOL_PREFIX + token];
    this.socket = new WebSocket(grant.ws_url, protocols, { perMessageDeflate: false, ...options });
    this.socket.on('error', () => {});
    this.socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.voices += 1;
      const result = isBinary ? undefined : decodeRelayEvent(data.toString());
      if (result?.kind === 'event') this.inbound.add({ kind: 'event', event: result.event });
    });
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
  }

  static async open(call: TestCall, options?: BesideOptions): Promise<Beside> {
    const beside = new Beside(call, options);
    await once(beside.socket, 'open');
    // From its answer on the relay has it.
    beside.send({ type: 'ping', client_ms: 1 });
    await beside.inbound.next('pong');
    return beside;
  }

  send(event: object): void {
    this.socket.send(JSON.stringify(event));
  }

  type(seq: number, text: string): void {
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
    this.send({ type: 'conversation.item.create', seq, item });
  }

  frame(seq: number, samples: Int16Array, last = false): void {
    const header = { kind: AudioFrameKind.uplink, last, item: 1, seq, timestampMs: 0 };
    this.socket.send(encodeAudioFrame(header, samples));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}

interface BesideOptions extends ClientOptions {
  readonly token?: string;
}

const transcripts = ({ inbound }: TestCall) =>
  inbound
    .ofType('conversation.item.input_audio_transcription.completed')
    .map(({ transcript }) => transcript);
const starts = (call: TestCall) => call.inbound.ofType('response.created').length;

let relay: TestRelay;
beforeAll(async () => {
  relay = await startTestRelay();
});
afterAll(() => relay[Symbol.asyncDispose]());

describe('a call with a second socket', () => {
  it('is heard and answered by it while the first is stuck, and then the first has it all', async () => {
    await using call = await TestCall.start(relay.url);
    await using beside = await Beside.open(call);
    const { seq } = beside.inbound.events[0]!;
    call.socket.pause();
    const speech = counting(3, 10 * CHUNK);
    beside.send({
      type: 'input_audio_buffer.speech_started',
      ...{ seq: 1, utterance: 1, audio_start_ms: 0 },
    });
    for (let n = 0; n < 10; n += 1) {
      beside.frame(n + 2, speech.subarray(n * CHUNK, (n + 1) * CHUNK), n === 9);
    }
    const stopped = { type: 'input_audio_buffer.speech_stopped', audio_end_ms: 1, sent_ms: 2 };
    beside.send({ ...stopped, seq: 12, utterance: 1 });
    const heard = await beside.inbound.next(
      'conversation.item.input_audio_transcription.completed',
    );
    expect(heard.transcript).toBe(transcriptOf(speech));
    await beside.inbound.next('response.done');
    expect(beside.voices).toBe(0);
    expect(call.inbound.ofType('response.created')).toEqual([]);

    call.socket.resume();
    await call.inbound.next('response.done');
    const { seqs } = call.inbound;
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    // Since it was there the other had all of them but the voice, too.
    const events = call.inbound.events.map((event) => event.seq).filter((n) => n >= seq);
    expect(beside.inbound.seqs).toEqual(events);
  });

  it('has each message once, whichever socket brings it first', async () => {
    await using call = await TestCall.start(relay.url);
    await using beside = await Beside.open(call);
    const speech = counting(3, 6 * CHUNK);
    const chunk = (n: number) => speech.subarray(n * CHUNK, (n + 1) * CHUNK);
    call.startSpeech(1);
    // Both bring the first, the other one is ahead with two, and has lost one.
    call.sendFrame(1, chunk(0));
    beside.frame(2, chunk(0));
    beside.frame(3, chunk(1));
    beside.frame(5, chunk(3));
    for (const n of [1, 2, 3]) call.sendFrame(1, chunk(n));
    beside.frame(6, chunk(4));
    call.sendFrame(1, chunk(4));
    call.sendFrame(1, chunk(5), true);
    beside.frame(7, chunk(5), true);
    call.stopSpeech(1);
    await call.inbound.next('response.done');
    expect(transcripts(call)).toEqual([transcriptOf(speech)]);
    expect(call.inbound.ofType('error')).toEqual([]);
  });

  it('goes on when that ends, however it does', async () => {
    await using call = await TestCall.start(relay.url);
    const beside = await Beside.open(call);
    beside.socket.close(1000);
    expect(await beside.closed).toBe(1000);
    call.type('Hello');
    await call.inbound.next('response.done');
    await using again = await Beside.open(call);
    again.type(2, 'Hello again');
    await again.inbound.next('response.done');
    expect(starts(call)).toBe(2);
  });

  it('has one: the next takes its place, and the first stays', async () => {
    await using call = await TestCall.start(relay.url);
    const beside = await Beside.open(call);
    await using next = await Beside.open(call);
    expect(await beside.closed).toBe(4409);
    next.type(1, 'Hello');
    await call.inbound.next('response.done');
  });

  it('loses it with the first, and gets another after the resumption', async () => {
    await using call = await TestCall.start(relay.url);
    const beside = await Beside.open(call);
    await call.cut();
    expect(await beside.closed).toBe(4409);
    expect(await new Beside(call).closed).toBe(4404);
    await call.reopen();
    // Nothing is known yet of how far its client had come.
    expect(await new Beside(call).closed).toBe(4404);
    call.askToResume();
    await call.inbound.next('session.resumed');
    await using again = await Beside.open(call);
    again.type(1, 'Hello');
    await call.inbound.next('response.done');
  });

  it('loses it when it sends nothing but old messages without end, and goes on', async () => {
    await using call = await TestCall.start(relay.url);
    const beside = await Beside.open(call);
    for (let n = 0; n < 1_600; n += 1) beside.type(50, 'Again');
    expect(await beside.closed).toBe(4429);
    call.type('Hello');
    await call.inbound.next('response.done');
    expect(starts(call)).toBe(1);
  });

  it('is not disturbed by what is malformed', async () => {
    await using call = await TestCall.start(relay.url);
    await using beside = await Beside.open(call);
    for (const junk of ['', 'null', '{', '[]', Buffer.alloc(3), Buffer.alloc(14, 9)]) {
      beside.socket.send(junk);
    }
    beside.type(1, 'Hello');
    await call.inbound.next('response.done');
    expect(call.inbound.ofType('error')).toEqual([]);
  });
});

describe('a second socket', () => {
  it('is not taken by a relay that is late, whose calls would all open one', async () => {
    let lostMs = 0;
    await using late = await startTestRelay({ lostMs: () => lostMs });
    await using call = await TestCall.start(late.url);
    lostMs = 1_200;
    expect(await new Beside(call).closed).toBe(4404);
    call.type('Undisturbed');
    await call.inbound.next('response.done');
    lostMs = 0;
    await using beside = await Beside.open(call);
    expect(beside.inbound.events).toHaveLength(1);
  });

  it('of a stranger finds no call', async () => {
    await using call = await TestCall.start(relay.url);
    expect(await new Beside(call, { token: 'B'.repeat(43) }).closed).toBe(4404);
    call.type('Undisturbed');
    await call.inbound.next('response.done');
  });

  it('of a page of another origin is refused', async () => {
    await using call = await TestCall.start(relay.url);
    const beside = new Beside(call, { origin: 'https://evil.example' });
    const [, { statusCode }] = await once(beside.socket, 'unexpected-response');
    expect(statusCode).toBe(403);
    beside.socket.terminate();
  });

  it('reaches the call through another relay, and moves it nowhere', async () => {
    await using redis = await RedisServer.start();
    await using a = await startReplica(redis);
    await using b = await startReplica(redis);
    await using call = await TestCall.start(a.url);
    moveTo(call, b);
    await using beside = await Beside.open(call);
    beside.type(1, 'Hello');
    await call.inbound.next('response.done');
    expect(await new Beside(call, { token: 'B'.repeat(43) }).closed).toBe(4404);
    beside.type(2, 'Hello again');
    await beside.inbound.until('a second answer', ({ events }) =>
      events.filter(({ type }) => type === 'response.done').length === 2 ? true : undefined,
    );
    const beganOn = (relay_: TestRelay) => relay_.logs.lines.join('\n').match(/call taken over/g);
    expect([beganOn(a), beganOn(b)]).toEqual([null, null]);
  });
});
