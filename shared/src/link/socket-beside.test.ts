import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeAudioFrame, decodeAudioFrame } from '../protocol/audio-frame.ts';
import type { LineState } from './line-state.ts';
import type { Outbound } from './outbound.ts';
import { RelayConnection } from './relay-connection.ts';
import type { WebSocketPort } from './relay-socket.ts';
import { SessionApi } from './session-api.ts';
import { TEST_LIMITS, TEST_SESSION } from './session.fake.ts';

/** One socket and what is on its way in it, in its order; nothing arrives unless it is delivered. */
class Pipe extends EventTarget {
  static all: Pipe[] = [];
  /** Whether further sockets beside the first open. */
  static opensBeside = true;
  readonly OPEN = 1;
  readyState = 0;
  binaryType = '';
  bufferedAmount = 0;
  readonly up: (string | Uint8Array)[] = [];
  readonly down: (string | Uint8Array<ArrayBuffer>)[] = [];
  readonly isBeside: boolean;
  closedWith: number | undefined;

  constructor(_url: string, [, secret]: string[]) {
    super();
    this.isBeside = secret!.startsWith('beside.');
    Pipe.all.push(this);
    const opens = !this.isBeside || Pipe.opensBeside;
    queueMicrotask(() => (opens ? this.open() : this.close(4404)));
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
    if (this.isBeside) return;
    const session = { ...TEST_SESSION, audio_codecs: ['pcm16', 'opus'] };
    this.arrive(JSON.stringify({ type: 'session.created', seq: 1, session, server_ms: 0 }));
  }

  send(data: string | Uint8Array): void {
    this.up.push(data);
  }

  close(code = 1005): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.closedWith = code;
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }

  arrive(data: string | Uint8Array<ArrayBuffer>): void {
    const message = typeof data === 'string' ? data : data.buffer;
    this.dispatchEvent(new MessageEvent('message', { data: message }));
  }
}

let connection: RelayConnection;
let states: LineState[];
let told: number[];
/** Of the relay. */
let sentSeq: number;
let takenSeqs: number[];

beforeEach(() => begin());
afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

function begin(): void {
  vi.useFakeTimers({ now: 1_000 });
  Pipe.all = [];
  Pipe.opensBeside = true;
  states = [];
  told = [];
  takenSeqs = [];
  sentSeq = 1;
  const grant = { session_id: 's', ticket: 'once', resume_token: 'again', limits: TEST_LIMITS };
  connection = new RelayConnection({
    api: new SessionApi({
      baseUrl: 'http://127.0.0.1',
      fetch: async () =>
        new Response(JSON.stringify({ ...grant, ws_url: 'ws://127.0.0.1/' }), { status: 201 }),
      token: 'kept',
      replacesToken: false,
    }),
    request: () => ({ voice: undefined, timeZone: undefined }),
    replacesSession: false,
    WebSocket: Pipe as unknown as new (url: string, protocols: string[]) => WebSocketPort,
    random: () => 1,
    line: { choice: () => 'auto', hints: () => ({}), hasEncoder: () => true },
    now: () => Date.now(),
    onStatus: () => {},
    onEvent: ({ seq }) => told.push(seq),
    onAudio: ({ seq }) => told.push(seq),
    onProblem: () => {},
    onLine: (state) => states.push(state),
  });
  void connection.run();
}

const sockets = () => Pipe.all.filter(({ readyState }) => readyState === 1);
const first = () => Pipe.all[0]!;
const beside = () => Pipe.all.findLast(({ isBeside, readyState }) => isBeside && readyState === 1);
const seqsOn = (pipe: Pipe) => pipe.up.map(seqOf).filter((seq) => seq !== undefined);

function seqOf(data: string | Uint8Array): number | undefined {
  if (typeof data === 'string') return (JSON.parse(data) as { seq?: number }).seq;
  const result = decodeAudioFrame(data);
  return result.ok ? result.frame.seq : undefined;
}

/** The first socket's next pings are answered after so long each, those of the other within 50 ms. */
async function answerAfter(...delaysMs: number[]): Promise<void> {
  for (const delayMs of delaysMs) {
    while (first().up.length === 0) await pass(50);
    await pass(delayMs);
    readAllUp(first());
    deliverAll();
  }
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    await vi.advanceTimersByTimeAsync(50);
    const pipe = beside();
    if (pipe === undefined) continue;
    readAllUp(pipe);
    while (pipe.down.length > 0) pipe.arrive(pipe.down.shift()!);
  }
}

/** The relay's rule for what arrives on a socket. */
function readUp(pipe: Pipe): void {
  const data = pipe.up.shift();
  if (data === undefined) return;
  const seq = seqOf(data);
  if (seq === undefined) answerPing(data);
  else if (pipe.isBeside ? seq === last() + 1 : seq > last()) takenSeqs.push(seq);
}

function readAllUp(pipe: Pipe): void {
  while (pipe.up.length > 0) readUp(pipe);
}

const last = () => takenSeqs.at(-1) ?? 0;

function answerPing(data: string | Uint8Array): void {
  const { client_ms } = JSON.parse(String(data)) as { client_ms: number };
  sendDown((seq) => JSON.stringify({ type: 'pong', seq, client_ms, server_ms: 0 }));
}

function sendDown(message: (seq: number) => string | Uint8Array<ArrayBuffer>): void {
  sentSeq += 1;
  for (const pipe of sockets()) pipe.down.push(message(sentSeq));
}

function deliverAll(): void {
  for (const pipe of sockets()) while (pipe.down.length > 0) pipe.arrive(pipe.down.shift()!);
}

async function lose(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  await answerAfter(50, 350, 50, 350, 50);
}

const event: Outbound = { kind: 'event', event: { type: 'response.create' } };
const speech = (audio: 'pcm16' | 'opus'): Outbound => ({
  kind: 'audio',
  utterance: 1,
  audio:
    audio === 'pcm16'
      ? new Int16Array(1_600)
      : { packet: Uint8Array.of(72, 1, 2, 3), durationMs: 20 },
  startMs: 0,
  last: false,
});

describe('the second socket', () => {
  test('is opened when packets are lost again and again, and carries all that is new but PCM16', async () => {
    await lose();
    expect(states.at(-1)).toMatchObject({ codec: 'opus', reason: 'late', sockets: 2 });
    expect(sockets().map(({ isBeside }) => isBeside)).toEqual([false, true]);
    for (const message of [event, speech('opus'), speech('pcm16'), event]) connection.send(message);
    expect(seqsOn(first())).toEqual([1, 2, 3, 4]);
    expect(seqsOn(beside()!)).toEqual([1, 2, 4]);
  });

  test('measures each ping on the socket that carried it', async () => {
    await lose();
    const { rttMs } = connection.line;
    // The answer to the first socket's ping, and it came by the other, long before.
    await vi.advanceTimersByTimeAsync(300);
    for (const pipe of sockets()) readAllUp(pipe);
    for (const data of beside()!.down.splice(0)) beside()!.arrive(data);
    expect(connection.line.rttMs).toBe(rttMs);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(first().up).toEqual([]);
  });

  test('is closed when the line is good again', async () => {
    await lose();
    const opened = beside()!;
    await answerAfter(...Array<number>(70).fill(50));
    expect(connection.line).toMatchObject({ codec: 'pcm16', sockets: 1 });
    expect(opened.closedWith).toBe(4_000);
    expect(first().readyState).toBe(1);
  });

  test('that fails is tried again after ten seconds, then less and less often', async () => {
    Pipe.opensBeside = false;
    await lose();
    const tries = () => Pipe.all.filter(({ isBeside }) => isBeside).length;
    expect(tries()).toBe(1);
    const atMs = [Date.now()];
    while (atMs.length < 4) {
      const before = tries();
      await answerAfter(350, 50);
      if (tries() > before) atMs.push(Date.now());
    }
    const waits = atMs.slice(1).map((ms, index) => ms - atMs[index]!);
    expect(waits[0]).toBeGreaterThanOrEqual(10_000);
    expect(waits[0]).toBeLessThan(waits[1]!);
    expect(waits[1]).toBeLessThan(waits[2]!);
    expect(first().readyState).toBe(1);
  });

  test.each([
    ['the first socket is lost', () => first().close(1006)],
    ['the person hangs up', () => connection.close()],
  ])('ends when %s', async (_, end) => {
    await lose();
    const opened = beside()!;
    end();
    await vi.advanceTimersByTimeAsync(0);
    expect(opened.readyState).toBe(3);
  });

  test('that ends by itself changes nothing for the call', async () => {
    await lose();
    beside()!.close(4_429);
    await vi.advanceTimersByTimeAsync(0);
    connection.send(event);
    expect(seqsOn(first())).toEqual([1]);
    expect(connection.reconnects).toBe(0);
  });

  test('whatever either socket delays, each message arrives once and in order, both ways', async () => {
    const act = fc.oneof(
      fc.constantFrom('say', 'speak', 'speak-pcm', 'tell', 'voice', 'lose-down'),
      fc.tuple(fc.constantFrom('up', 'down'), fc.boolean()),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 20, maxLength: 120 }), async (acts) => {
        connection.close();
        begin();
        await lose();
        const from = told.at(-1)!;
        const [one, two] = [first(), beside()!];
        for (const step of acts) play(step, one, two);
        // In the end the first has brought everything.
        for (const pipe of [two, one]) readAllUp(pipe);
        deliverAll();
        const sent = seqsOfCount(acts.filter((step) => isSaid(step)).length, 1);
        expect(takenSeqs).toEqual(sent);
        expect(told.filter((seq) => seq > from)).toEqual(seqsOfCount(sentSeq - from, from + 1));
      }),
      { numRuns: 60 },
    );
  });
});

const isSaid = (step: unknown) => step === 'say' || step === 'speak' || step === 'speak-pcm';
const seqsOfCount = (count: number, from: number) =>
  Array.from({ length: count }, (_, index) => from + index);

function play(step: string | [string, boolean], one: Pipe, two: Pipe): void {
  if (typeof step !== 'string') {
    const pipe = step[1] ? one : two;
    if (step[0] === 'up') return readUp(pipe);
    const data = pipe.down.shift();
    if (data !== undefined) pipe.arrive(data);
    return;
  }
  if (step === 'say') connection.send(event);
  if (step === 'speak') connection.send(speech('opus'));
  if (step === 'speak-pcm') connection.send(speech('pcm16'));
  // More waits in the socket beside than may: the relay leaves it out.
  if (step === 'lose-down') two.down.pop();
  if (step === 'tell') {
    sendDown((seq) => JSON.stringify({ type: 'input_audio_buffer.ack', seq, input_seq: 0 }));
  }
  if (step !== 'voice') return;
  const header = { kind: 2, last: false, item: 1, timestampMs: 0 } as const;
  const opus = { packet: Uint8Array.of(72, 1), durationMs: 20 };
  sendDown((seq) => encodeAudioFrame({ ...header, seq }, opus));
}
