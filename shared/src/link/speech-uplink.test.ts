import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { speechMs } from '../audio/opus-packet.ts';
import type { AudioCodec } from '../protocol/audio-frame.ts';
import type { Outbound, OutboundAudio } from './outbound.ts';
import { SpeechUplink, type EncoderSink, type SpeechEncoder } from './speech-uplink.ts';

const BLOCK = 320;
const CHUNK_BLOCKS = 5;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Each 20 ms of what is said have a number of their own, which is in every sample. */
function blocks(first: number, count: number): Int16Array {
  return Int16Array.from({ length: count * BLOCK }, (_, at) => first + Math.floor(at / BLOCK));
}

/** The numbers of the blocks in a message, in PCM16 or in the fake encoder's packets. */
function blocksOf({ audio }: OutboundAudio): number[] {
  if (audio instanceof Int16Array) return [...audio].filter((_, at) => at % BLOCK === 0);
  const { packet } = audio;
  if (packet.length === 0) return [];
  if (packet[0] === 72) return [packet[1]! * 256 + packet[2]!];
  const count = packet[1]! & 0x3f;
  const payload = packet.subarray(2 + count - 1);
  return Array.from({ length: count }, (_, at) => payload[at * 2]! * 256 + payload[at * 2 + 1]!);
}

/** The look-ahead of the fake encoder is a packet with this number. */
const LOOKAHEAD = 0xffff;

interface Behaviour {
  /** Of the n-th packet, ms; undefined: at once, before `push` returns. */
  readonly delays: readonly (number | undefined)[];
  /** In place of the n-th packet of all, and from there on. */
  readonly failure?: { readonly packet: number; readonly kind: 'throws' | 'says so' | 'hangs' };
}

class FakeEncoder implements SpeechEncoder {
  readonly #behaviour: Behaviour;
  #sink: EncoderSink | undefined;
  #count = 0;
  #last = Promise.resolve();
  begun = 0;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  begin(sink: EncoderSink): void {
    this.begun += 1;
    this.#sink = sink;
    this.#last = Promise.resolve();
  }

  push(samples: Int16Array): void {
    for (let at = 0; at < samples.length; at += BLOCK) this.#packet(samples[at]!);
  }

  async end(): Promise<void> {
    this.#packet(LOOKAHEAD);
    await this.#last;
  }

  close(): void {}

  #packet(block: number): void {
    const { delays, failure } = this.#behaviour;
    const number = this.#count++;
    const sink = this.#sink!;
    if (failure !== undefined && number >= failure.packet) {
      if (failure.kind === 'throws') throw new Error('closed');
      this.#last = new Promise(() => {});
      if (failure.kind === 'says so') setTimeout(() => sink.failed(), 1);
      return;
    }
    const packet = Uint8Array.of(72, block >> 8, block & 0xff);
    const delayMs = delays[number % delays.length];
    if (delayMs === undefined && this.#count === 1) return sink.packet(packet);
    const before = this.#last;
    const slept = new Promise((resolve) => setTimeout(resolve, delayMs ?? 0));
    this.#last = Promise.all([before, slept]).then(() => sink.packet(packet));
  }
}

/** Speaks as a page does: numbers utterances, and goes on in another if one was stopped. */
class Speaker {
  readonly arrived: Outbound[] = [];
  readonly uplink: SpeechUplink;
  readonly #codecs: readonly AudioCodec[];
  /** What was handed on, as it should arrive. */
  readonly given: (number | string)[] = [];
  codecsAsked = 0;
  utterance = 0;
  #next = 0;

  constructor(encoder: SpeechEncoder, codecs: readonly AudioCodec[] = ['opus']) {
    this.#codecs = codecs;
    this.uplink = new SpeechUplink({
      send: (message) => this.arrived.push(message),
      codec: () => this.#codecs[this.codecsAsked++ % this.#codecs.length]!,
      encoder: () => encoder,
      onStopped: (_, atMs) => this.#goOn(atMs),
    });
  }

  begin(): void {
    this.utterance += 1;
    this.#event('input_audio_buffer.speech_resumed');
  }

  event(): void {
    this.#event('input_audio_buffer.speech_paused');
  }

  chunk(count = CHUNK_BLOCKS, last = false): void {
    const audio = blocks(this.#next, count);
    const startMs = this.#next * 20;
    for (let n = 0; n < count; n += 1) this.given.push(this.#next++);
    const { utterance } = this;
    this.uplink.send({ kind: 'audio', utterance, audio, startMs, last });
  }

  #goOn(atMs: number): void {
    const from = Math.ceil(atMs / 20);
    const missing = this.#next - from;
    this.#next = from;
    this.given.splice(0, Infinity, ...this.given.filter((given) => !(Number(given) >= from)));
    this.begin();
    for (let sent = 0; sent < missing; sent += CHUNK_BLOCKS) this.chunk();
  }

  #event(type: 'input_audio_buffer.speech_paused' | 'input_audio_buffer.speech_resumed'): void {
    const { utterance } = this;
    this.given.push(`event ${this.#next}`);
    const event = { type, utterance, audio_start_ms: this.#next, audio_end_ms: 0, sent_ms: 0 };
    this.uplink.send({ kind: 'event', event: event as never });
  }

  /** What arrived, like `given`. */
  get received(): (number | string)[] {
    return this.arrived.flatMap<number | string>((message) => {
      if (message.kind === 'audio') return blocksOf(message).filter((n) => n !== LOOKAHEAD);
      return `event ${(message.event as { audio_start_ms?: number }).audio_start_ms}`;
    });
  }

  get audio(): OutboundAudio[] {
    return this.arrived.filter((message) => message.kind === 'audio');
  }
}

const behaviour = fc.record({
  delays: fc.array(fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined }), {
    minLength: 1,
    maxLength: 7,
  }),
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant('chunk') },
  { weight: 2, arbitrary: fc.constant('event') },
  { weight: 2, arbitrary: fc.constant('end') },
  { weight: 1, arbitrary: fc.constant('abandon') },
  { weight: 3, arbitrary: fc.constant('wait') },
);
const script = fc.array(fc.tuple(step, fc.integer({ min: 0, max: 5 })), { maxLength: 60 });
type Script = readonly (readonly [string, number])[];

async function speak(speaker: Speaker, steps: Script): Promise<void> {
  speaker.begin();
  for (const [name, count] of steps) {
    if (name === 'chunk') speaker.chunk();
    else if (name === 'event') speaker.event();
    else if (name === 'wait') await vi.advanceTimersByTimeAsync(count * 60);
    else {
      if (name === 'end') speaker.chunk(count, true);
      speaker.begin();
    }
  }
  await vi.advanceTimersByTimeAsync(1_000_000);
}

describe('SpeechUplink', () => {
  it('sends everything once and in order, however long the encoder takes', async () => {
    const codecs = fc.array(fc.constantFrom<AudioCodec[]>('pcm16', 'opus'), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(behaviour, codecs, script, async (how, wished, steps) => {
        const speaker = new Speaker(new FakeEncoder(how), wished);
        await speak(speaker, steps);
        expect(speaker.received).toEqual(speaker.given);
        expect(speaker.uplink.isBroken).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps one codec an utterance, and says of each message when it begins', async () => {
    await fc.assert(
      fc.asyncProperty(behaviour, script, async (how, steps) => {
        const speaker = new Speaker(new FakeEncoder(how), ['pcm16', 'opus']);
        await speak(speaker, steps);
        const codecs = new Map<number, boolean>();
        for (const [index, message] of speaker.audio.entries()) {
          const isPcm = message.audio instanceof Int16Array;
          expect(codecs.get(message.utterance) ?? isPcm).toBe(isPcm);
          codecs.set(message.utterance, isPcm);
          expect(speechMs(message.audio)).toBeLessThanOrEqual(120);
          const [block] = blocksOf(message);
          if (block === undefined || block === LOOKAHEAD) continue;
          const isFirst = speaker.audio[index - 1]?.utterance !== message.utterance;
          expect(message.startMs).toBe(block * 20 - (isPcm || isFirst ? 0 : 6.5));
        }
        expect(speaker.codecsAsked).toBe(codecs.size);
      }),
    );
  });

  it('loses nothing if the encoder fails, but the silence at the end of an utterance', async () => {
    const failure = fc.record({
      packet: fc.nat(60),
      kind: fc.constantFrom('throws' as const, 'says so' as const, 'hangs' as const),
    });
    await fc.assert(
      fc.asyncProperty(behaviour, failure, script, async (how, fails, steps) => {
        const speaker = new Speaker(new FakeEncoder({ ...how, failure: fails }));
        // A page goes on while the utterance is open; here, nobody abandons one.
        await speak(
          speaker,
          steps.filter(([name]) => name === 'chunk' || name === 'event' || name === 'wait'),
        );
        expect(speaker.received.filter(Number.isFinite)).toEqual(
          speaker.given.filter(Number.isFinite),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('sends all of an utterance as PCM16 if the encoder fails at once, and all that follow', () => {
    const encoder = new FakeEncoder({ delays: [0], failure: { packet: 0, kind: 'throws' } });
    const speaker = new Speaker(encoder);
    speaker.begin();
    speaker.chunk();
    speaker.chunk(1, true);
    speaker.begin();
    speaker.chunk(2, true);
    expect(speaker.received).toEqual(speaker.given);
    expect(speaker.audio.every(({ audio }) => audio instanceof Int16Array)).toBe(true);
    expect(encoder.begun).toBe(1);
    expect(speaker.uplink.isBroken).toBe(true);
  });

  it('ends an utterance with an end mark if its last packets do not come', async () => {
    const encoder = new FakeEncoder({ delays: [0], failure: { packet: 7, kind: 'hangs' } });
    const speaker = new Speaker(encoder);
    speaker.begin();
    speaker.chunk();
    speaker.chunk(3, true);
    speaker.event();
    await vi.advanceTimersByTimeAsync(999);
    expect(speaker.received).not.toContain('event 8');
    await vi.advanceTimersByTimeAsync(1);
    const mark = speaker.audio.at(-1)!;
    expect(mark).toMatchObject({ utterance: 1, last: true, startMs: 93.5 });
    expect(speechMs(mark.audio)).toBe(0);
    expect(speaker.received.at(-1)).toBe('event 8');
    expect(speaker.utterance).toBe(1);
  });

  it('puts up with an encoder that is taken away between two utterances', async () => {
    let sink: EncoderSink | undefined;
    const encoder: SpeechEncoder = {
      begin: (given) => void (sink = given),
      push: () => {},
      end: () => Promise.resolve(),
      close: () => {},
    };
    const speaker = new Speaker(encoder);
    speaker.begin();
    speaker.chunk(0, true);
    await vi.advanceTimersByTimeAsync(1);
    sink!.failed();
    expect(speaker.uplink.isBroken).toBe(false);
  });

  it('takes no packets but of 20 ms', async () => {
    const encoder = new FakeEncoder({ delays: [0] });
    const speaker = new Speaker({
      begin: (sink) => encoder.begin({ ...sink, packet: () => sink.packet(Uint8Array.of(80, 1)) }),
      push: (samples) => encoder.push(samples),
      end: () => encoder.end(),
      close: () => {},
    });
    speaker.begin();
    speaker.chunk();
    await vi.advanceTimersByTimeAsync(1);
    expect(speaker.received).toEqual(speaker.given);
    expect(speaker.audio[0]?.audio).toBeInstanceOf(Int16Array);
  });
});
