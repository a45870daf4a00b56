import type { UnnumberedRelayEvent } from '@parley/shared';
import type { SpeechAudio } from '@parley/shared/audio/opus-packet';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { settle } from '../../base/lib/clock.fake.ts';
import type { OpusEncoderStream } from '../../base/lib/opus-codec.ts';
import { VoiceEncoder } from './voice-encoder.ts';

const RATE_HZ = 16_000;
const PACKET_SAMPLES = 320;
const TOC = 72;
const never = new AbortController().signal;

/** A packet for each 20 ms, which holds the first sample; made when the test says so. */
class FakeStream implements OpusEncoderStream {
  isClosed = false;
  isBroken = false;
  readonly #due: (() => void)[] = [];
  #rest: number[] = [];

  push(samples: Int16Array, isLast: boolean): Promise<readonly Uint8Array[]> {
    this.#rest.push(...samples);
    const packets: Uint8Array[] = [];
    const least = isLast ? 1 : PACKET_SAMPLES;
    while (this.#rest.length >= least) {
      const [first] = this.#rest.splice(0, PACKET_SAMPLES);
      packets.push(Uint8Array.of(TOC, first! & 0xff, first! >> 8));
    }
    return new Promise((resolve, reject) => {
      this.#due.push(() => {
        if (this.isBroken) reject(new Error('The thread is gone.'));
        else resolve(packets);
      });
    });
  }

  /** Answers what was asked first. */
  async answer(count = Number.POSITIVE_INFINITY): Promise<void> {
    for (const due of this.#due.splice(0, count)) due();
    await settle();
  }

  close(): void {
    this.isClosed = true;
  }
}

/** What the client gets: an event's name, or the sample with which 20 ms of voice begin. */
type Got = string | number;

function createEncoder(voiceRateHz = RATE_HZ) {
  const got: Got[] = [];
  const frames: { readonly item: number; readonly audio: SpeechAudio; readonly last: boolean }[] =
    [];
  const streams: FakeStream[] = [];
  const settings: { voiceCodec?: 'opus' | 'pcm16' } = { voiceCodec: 'opus' };
  const encoder = new VoiceEncoder({
    outbox: {
      event: (event) => void got.push(nameOf(event)),
      audio(item, audio, last) {
        frames.push({ item, audio, last });
        got.push(...beginningsOf(audio));
        if (last) got.push(`end ${item}`);
      },
      dropAudio: () => {},
      writable: async () => {},
      nowMs: () => 0,
    },
    opus: {
      encoder() {
        const stream = new FakeStream();
        streams.push(stream);
        return stream;
      },
    },
    voiceRateHz,
    settings,
    logger: pino({ level: 'silent' }),
  });
  const answerAll = async (count?: number) => {
    for (const stream of streams) await stream.answer(count);
  };
  return { encoder, got, frames, streams, settings, answerAll };
}

function nameOf(event: UnnumberedRelayEvent): string {
  if (event.type !== 'response.created') return event.type;
  return `created ${event.item} ${event.audio?.codec ?? 'pcm16'}`;
}

function beginningsOf(audio: SpeechAudio): number[] {
  if (audio instanceof Int16Array)
    return [...audio].filter((sample) => sample % PACKET_SAMPLES === 0);
  if (audio.packet.length === 0) return [];
  const count = audio.packet[1]! & 0x3f;
  expect(audio.durationMs).toBe(count * 20);
  const held = audio.packet.subarray(2 + count - 1);
  return Array.from({ length: count }, (_, at) => held[2 * at]! | (held[2 * at + 1]! << 8));
}

function created(item: number): UnnumberedRelayEvent {
  return {
    type: 'response.created',
    response_id: `resp_${item}`,
    item,
    trigger: 'speech',
    utterance: 1,
    audio: { sample_rate: RATE_HZ },
  };
}

const DRAINING = { type: 'session.draining', grace_ms: 1 } as const;

/** Samples that count. */
function voice(ms: number, from = 0): Int16Array {
  return Int16Array.from({ length: (ms * RATE_HZ) / 1_000 }, (_, at) => from + at);
}

describe('the voice in Opus', () => {
  it('goes out in frames of 100 ms, the first as soon as there is any of it', async () => {
    const { encoder, frames, answerAll } = createEncoder();
    encoder.event(created(1));
    encoder.audio(1, voice(200), false);
    await answerAll(1);
    expect(frames).toHaveLength(1);
    await answerAll();
    encoder.audio(1, voice(210, 3_200), false);
    encoder.audio(1, new Int16Array(), true);
    await answerAll();
    const ms = frames.map(({ audio }) => (audio instanceof Int16Array ? 0 : audio.durationMs));
    expect(ms).toEqual([40, 100, 100, 100, 80]);
    expect(frames.map(({ last }) => last)).toEqual([false, false, false, false, true]);
  });

  it('is not made ahead of what it is asked for: PCM16 until then, and again afterwards', async () => {
    const { encoder, got, settings, answerAll, streams } = createEncoder();
    settings.voiceCodec = 'pcm16';
    encoder.event(created(1));
    encoder.audio(1, voice(20), true);
    settings.voiceCodec = 'opus';
    encoder.prepare();
    encoder.event(created(2));
    settings.voiceCodec = 'pcm16';
    encoder.prepare();
    encoder.audio(2, voice(20), true);
    encoder.event(created(3));
    encoder.audio(3, voice(20), true);
    await answerAll();
    expect(got).toEqual([
      ...['created 1 pcm16', 0, 'end 1'],
      ...['created 2 opus', 0, 'end 2'],
      ...['created 3 pcm16', 0, 'end 3'],
    ]);
    expect(streams.every(({ isClosed }) => isClosed)).toBe(true);
  });

  it('stays PCM16 at a rate that Opus does not know', () => {
    const { encoder, got } = createEncoder(22_050);
    encoder.event(created(1));
    encoder.audio(1, voice(20), true);
    expect(got).toEqual(['created 1 pcm16', 0, 'end 1']);
  });

  it('ends with an empty frame if there was none', () => {
    const { encoder, frames } = createEncoder();
    encoder.event(created(1));
    encoder.audio(1, new Int16Array(), true);
    expect(frames).toEqual([
      { item: 1, audio: { packet: new Uint8Array(), durationMs: 0 }, last: true },
    ]);
  });

  it('makes a reply wait that is far ahead of the encoder, until it is cancelled', async () => {
    const { encoder, answerAll } = createEncoder();
    encoder.event(created(1));
    const abort = new AbortController();
    let ready = 0;
    for (let piece = 0; piece < 10; piece++) encoder.audio(1, voice(200), false);
    const writable = encoder.writable(never).then(() => ready++);
    const cancelled = encoder.writable(abort.signal).then(() => ready++);
    await settle();
    expect(ready).toBe(0);
    abort.abort();
    await cancelled;
    await answerAll();
    await writable;
    expect(ready).toBe(2);
  });

  it('ends as a failed voice if the encoder fails, and is PCM16 afterwards', async () => {
    const { encoder, got, streams, answerAll } = createEncoder();
    encoder.event(created(1));
    encoder.audio(1, voice(20), false);
    await answerAll();
    encoder.audio(1, voice(200, 320), false);
    for (const stream of streams) stream.isBroken = true;
    await answerAll();
    await expect(encoder.writable(never)).rejects.toMatchObject({ code: 'synthesizer_failed' });
    encoder.event(DRAINING);
    encoder.audio(1, new Int16Array(), true);
    encoder.event(created(2));
    encoder.audio(2, voice(20), true);
    expect(got).toEqual([
      ...['created 1 opus', 0, DRAINING.type, 'end 1'],
      ...['created 2 pcm16', 0, 'end 2'],
    ]);
    expect(streams.every(({ isClosed }) => isClosed)).toBe(true);
  });

  it('leaves nothing open of a response that has no end', () => {
    const { encoder, streams } = createEncoder();
    encoder.event(created(1));
    encoder.event(created(2));
    expect(streams.map(({ isClosed }) => isClosed)).toEqual([true, false, false]);
  });

  it('leaves nothing open at the end of the call', async () => {
    const { encoder, got, streams, answerAll } = createEncoder();
    encoder.event(created(1));
    encoder.audio(1, voice(20), false);
    encoder.close();
    await answerAll();
    expect(got).toEqual(['created 1 opus']);
    expect(streams.every(({ isClosed }) => isClosed)).toBe(true);
  });
});

const act = fc.oneof(
  fc.record({ kind: fc.constant('voice' as const), ms: fc.integer({ min: 1, max: 50 }) }),
  fc.record({ kind: fc.constant('answer' as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constantFrom('event' as const, 'next' as const, 'drop' as const) }),
  fc.record({ kind: fc.constantFrom('opus' as const, 'pcm16' as const) }),
);

/** Calls that are asked of an encoder, and what is to come of them for the client. */
class Script {
  readonly wanted: { readonly item: number | undefined; readonly got: Got }[] = [];
  /** Items, and how many frames had been sent. */
  readonly dropped = new Map<number, number>();
  readonly #made: ReturnType<typeof createEncoder>;
  #item = 0;
  #codec: 'opus' | 'pcm16' = 'opus';
  #pushed = 0;
  /** Samples of the item that are on their way. */
  #wanted = 0;

  constructor(made: ReturnType<typeof createEncoder>) {
    this.#made = made;
    this.begin();
  }

  begin(): void {
    const { encoder, settings } = this.#made;
    this.#item += 1;
    this.#codec = settings.voiceCodec ?? 'pcm16';
    [this.#pushed, this.#wanted] = [0, 0];
    encoder.event(created(this.#item));
    this.#want(`created ${this.#item} ${this.#codec}`);
  }

  voice(ms: number): void {
    if (this.dropped.has(this.#item)) return;
    const samples = voice(ms, this.#pushed);
    this.#made.encoder.audio(this.#item, samples, false);
    // Whose memory it is may write into it.
    samples.fill(-1);
    this.#pushed += samples.length;
    // A packet is sent once it is whole, a sample at once.
    this.#wantVoice(this.#codec === 'opus' ? this.#pushed - PACKET_SAMPLES + 1 : this.#pushed);
  }

  event(): void {
    this.#made.encoder.event(DRAINING);
    this.#want(DRAINING.type);
  }

  drop(): void {
    if (this.dropped.has(this.#item)) return;
    this.dropped.set(this.#item, this.#made.frames.length);
    this.#made.encoder.dropAudio(this.#item);
  }

  finish(): void {
    if (this.dropped.has(this.#item)) return;
    this.#made.encoder.audio(this.#item, new Int16Array(), true);
    this.#wantVoice(this.#pushed);
    this.wanted.push({ item: this.#item, got: `end ${this.#item}` });
  }

  #want(got: Got): void {
    this.wanted.push({ item: undefined, got });
  }

  #wantVoice(until: number): void {
    for (; this.#wanted < until; this.#wanted += PACKET_SAMPLES) {
      this.wanted.push({ item: this.#item, got: this.#wanted });
    }
  }
}

it('all comes once and in order, however late the encoder is; of what is dropped, a beginning', async () => {
  const voice20 = { kind: 'voice', ms: 20 } as const;
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
      const made = createEncoder();
      const script = new Script(made);
      for (const one of acts) {
        if (one.kind === 'voice') script.voice(one.ms);
        else if (one.kind === 'answer') await made.answerAll(one.count);
        else if (one.kind === 'event') script.event();
        else if (one.kind === 'drop') script.drop();
        else if (one.kind === 'next') {
          script.finish();
          script.begin();
        } else made.settings.voiceCodec = one.kind;
      }
      script.finish();
      await made.answerAll();
      let at = 0;
      const missing = script.wanted.filter(({ got }) => {
        const isThere = made.got[at] === got;
        if (isThere) at += 1;
        return !isThere;
      });
      expect(at).toBe(made.got.length);
      expect(missing.filter(({ item }) => !script.dropped.has(item ?? 0))).toEqual([]);
      for (const [item, sent] of script.dropped) {
        expect(made.frames.slice(sent).map((frame) => frame.item)).not.toContain(item);
      }
    }),
    // The next response begins while an event of this one waits.
    { examples: [[[voice20, voice20, { kind: 'event' }, { kind: 'next' }]]] },
  );
});
