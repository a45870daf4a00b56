import { once } from 'node:events';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { resamplePcm16 } from '@parley/shared/audio/pcm16-resampler';
import { systemClock } from '../src/base/lib/clock.ts';
import type { FailoverStages } from '../src/call/stages/failover-stages.ts';
import { trackOf } from '../src/call/stages/synthesizer/track.rig.ts';
import { toG711 } from '../src/dialects/calls/g711.ts';
import { twilioSignature } from '../src/dialects/twilio/signature.ts';
import { openWarmStages, START_MS } from '../src/providers/embedded/warm-engines.rig.ts';
import { chatWith, type Talk } from '../src/providers/vendor-kit/language-model/talk.rig.ts';
import { MovableClock } from './support/movable-clock.ts';
import { scriptedStages } from './support/scripted-stages.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const TOKEN = 'the auth token of an account';
const STORY = 'This is a long story that goes on and on. ';
const PATIENCE = { timeout: 60_000, interval: 20 };
const PACKET_BYTES = 160;

let engines: FailoverStages;
let talk: Talk;
let relay: TestRelay;
const bodies: string[] = [];
beforeAll(async () => {
  engines = await openWarmStages();
  talk = await chatWith(
    { answer: (question) => (question.startsWith('Hello') ? 'Welcome.' : STORY.repeat(20)) },
    'openai',
    {},
    (body) => bodies.push(String(body)),
  );
  const { generator } = scriptedStages(systemClock, { generator: talk.generator });
  const env = { TWILIO_AUTH_TOKEN: TOKEN };
  relay = await startTestRelay({ stages: { ...engines, generator }, env });
}, START_MS);
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await talk[Symbol.asyncDispose]();
  await engines[Symbol.asyncDispose]();
});

const callSidOf = (caller: number) => `CA${String(caller).padStart(32, '0')}`;

/** Twilio asks what to do with a call. */
async function ask(relayUrl: string, caller: number, signature?: string): Promise<Response> {
  const url = `${relayUrl}/v1/twilio/voice`;
  const form = new URLSearchParams({ CallSid: callSidOf(caller), From: `+1415555010${caller}` });
  const headers = { 'x-twilio-signature': signature ?? twilioSignature(TOKEN, url, form) };
  return fetch(url, { method: 'POST', headers, body: form });
}

interface ToTwilio {
  readonly event: 'media' | 'mark' | 'clear';
  readonly media?: { readonly payload: string };
  readonly mark?: { readonly name: string };
}

/** Twilio's side of a stream. What it is sent is played when the test says so. */
class Line implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly received: ToTwilio[] = [];
  #played = 0;

  private constructor(url: string) {
    const headers = { 'x-twilio-signature': twilioSignature(TOKEN, url, new URLSearchParams()) };
    this.socket = new WebSocket(url, { headers });
    this.closed = once(this.socket, 'close').then(([code]) => code as number);
    this.socket.on('message', (data: Buffer) => {
      this.received.push(JSON.parse(data.toString()) as ToTwilio);
      // What is not played any more is marked at once.
      if (this.received.at(-1)?.event === 'clear') this.plays(Infinity);
    });
  }

  /** @param answer - what the relay wants done with the call */
  static async open(answer: string, caller: number): Promise<Line> {
    const line = new Line(/url="([^"]+)"/.exec(answer)![1]!);
    await once(line.socket, 'open');
    const customParameters = Object.fromEntries(
      [...answer.matchAll(/name="(\w+)" value="([^"]+)"/g)].map(([, name, value]) => [name, value]),
    );
    line.send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8_000, channels: 1 };
    const start = { streamSid: 'MZ1', callSid: callSidOf(caller), customParameters, mediaFormat };
    line.send({ event: 'start', sequenceNumber: '1', start });
    return line;
  }

  static async call(relayUrl: string, caller: number): Promise<Line> {
    return Line.open(await (await ask(relayUrl, caller)).text(), caller);
  }

  send(message: object): void {
    this.socket.send(JSON.stringify({ streamSid: 'MZ1', ...message }));
  }

  /** A sentence between silences. */
  async say(text: string): Promise<void> {
    const pieces: Int16Array[] = [new Int16Array(8_000)];
    const { signal } = new AbortController();
    const voice = engines.synthesizer.speak(trackOf([text]), { voice: 'slt', signal });
    for await (const event of voice) {
      if (event.type === 'speech-audio') pieces.push(event.samples);
    }
    const samples = joinPcm16([...pieces, new Int16Array(32_000)]);
    const bytes = Buffer.from(toG711(resamplePcm16(samples, 16_000, 8_000), 'pcmu'));
    for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
      const payload = bytes.subarray(at, at + PACKET_BYTES).toString('base64');
      this.send({ event: 'media', media: { track: 'inbound', payload } });
    }
  }

  /** Plays up to `ms` of what it was sent. */
  plays(ms: number): void {
    let leftMs = ms;
    for (const { event, media, mark } of this.received.slice(this.#played)) {
      if (event === 'media') leftMs -= Buffer.from(media!.payload, 'base64').length / 8;
      if (leftMs < 0) return;
      this.#played += 1;
      if (event === 'mark') this.send({ event: 'mark', mark });
    }
  }

  /** What it was sent and has not played, ms. */
  get waitingMs(): number {
    const payloads = this.received.slice(this.#played).map(({ media }) => media?.payload ?? '');
    return payloads.reduce((ms, text) => ms + Buffer.from(text, 'base64').length / 8, 0);
  }

  async isSent(ms: number): Promise<void> {
    await vi.waitUntil(() => this.waitingMs > ms, PATIENCE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}

test('a caller is greeted, heard, answered, and heard again while the answer is spoken', async () => {
  await using line = await Line.call(relay.url, 1);
  await line.isSent(400);
  line.plays(10_000);
  await line.say('what day is it');
  await line.isSent(2_500);
  line.plays(2_000);
  const clears = () => line.received.filter(({ event }) => event === 'clear').length;
  // It accompanies the answer, which goes on.
  await line.say('okay');
  await vi.waitUntil(() => clears() === 1, PATIENCE);
  await line.isSent(500);
  line.plays(500);
  await line.say('what time is it');
  await vi.waitFor(() => expect(bodies.at(-1)).toContain('what time is it'), PATIENCE);
  expect(clears()).toBe(2);
  const { messages } = JSON.parse(bodies.at(-1)!) as { messages: { content: string }[] };
  const heard = messages.at(-2)!.content;
  // Two and a half seconds of a minute: about one sentence.
  expect(heard).toMatch(/^This is/);
  expect(heard.length).toBeLessThan(STORY.length * 1.5);
  line.send({ event: 'stop' });
  expect(await line.closed).toBe(1000);
});

test('two callers talk at once, each as a guest of their own, and no number is logged', async () => {
  const lines = await Promise.all([2, 3].map((caller) => Line.call(relay.url, caller)));
  await Promise.all(lines.map((line) => line.isSent(400)));
  for (const line of lines) line.send({ event: 'stop' });
  expect(await Promise.all(lines.map(({ closed }) => closed))).toEqual([1000, 1000]);
  const users = [2, 3].map((caller) => {
    const logged = relay.logs.lines.find((text) => text.includes(callSidOf(caller).slice(2)));
    return /"userId":"(guest_tel_[\w-]+)"/.exec(logged ?? '')?.[1];
  });
  expect(users).not.toContain(undefined);
  expect(new Set(users).size).toBe(2);
  expect(relay.logs.lines.join()).not.toContain('415555');
});

test('what Twilio has not signed is refused, and so is a stream without a call of its own', async () => {
  expect((await ask(relay.url, 4, 'c2lnbmVk')).status).toBe(403);
  const answer = await (await ask(relay.url, 4)).text();
  const unsigned = new WebSocket(/url="([^"]+)"/.exec(answer)![1]!);
  expect(String((await once(unsigned, 'error'))[0])).toContain('403');
  await using other = await Line.open(answer, 5);
  expect(await other.closed).toBe(4400);
  await using line = await Line.open(answer, 4);
  await line.isSent(400);
  await using again = await Line.open(answer, 4);
  expect(await again.closed).toBe(4400);
  expect(line.socket.readyState).toBe(WebSocket.OPEN);
});

test('a message that cannot be read ends the call, and is not logged', async () => {
  await using line = await Line.call(relay.url, 6);
  await line.isSent(400);
  line.send({ event: 'media', media: { payload: 'secret words' } });
  expect(await line.closed).toBe(4400);
  expect(relay.logs.lines.join()).toContain('a message cannot be read');
  expect(relay.logs.lines.join()).not.toContain('secret');
});

test('a full relay is busy; streams start soon, and with a ticket that is still good', async () => {
  const clock = new MovableClock();
  const env = { TWILIO_AUTH_TOKEN: TOKEN, MAX_SESSIONS: '1' };
  await using small = await startTestRelay({ clock, env });
  const answer = await (await ask(small.url, 7)).text();
  await clock.advance(31_000);
  await using late = await Line.open(answer, 7);
  expect(await late.closed).toBe(4400);
  await using line = await Line.call(small.url, 7);
  await line.isSent(100);
  expect(await (await ask(small.url, 8)).text()).toContain('<Reject reason="busy"/>');
  const url = /url="([^"]+)"/.exec(answer)![1]!;
  const headers = { 'x-twilio-signature': twilioSignature(TOKEN, url, new URLSearchParams()) };
  const silent = new WebSocket(url, { headers });
  await once(silent, 'open');
  const closed = once(silent, 'close');
  await clock.advance(11_000);
  expect((await closed)[0]).toBe(4400);
});

test('without a token there are no telephones', async () => {
  await using plain = await startTestRelay();
  expect((await ask(plain.url, 9)).status).toBe(404);
  const socket = new WebSocket(`${plain.url.replace('http', 'ws')}/v1/twilio/stream`);
  expect(String((await once(socket, 'error'))[0])).toContain('404');
});
