import type { AudioFrame, RelayEvent } from '@parley/shared';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OpusVoice } from './opus-voice.ts';

const FRAME_MS = 100;
const SAMPLES = 4_800;
const LOOKAHEAD = 312;

interface Chunk {
  readonly timestamp: number;
  readonly data: Uint8Array;
}

/** Makes 100 ms of a sound that is the packet's first byte, in pieces, when the test says so. */
class FakeDecoder {
  static made: FakeDecoder[] = [];
  state: 'unconfigured' | 'configured' | 'closed' = 'unconfigured';
  readonly #init: AudioDecoderInit;
  readonly #due: (() => void)[] = [];

  constructor(init: AudioDecoderInit) {
    this.#init = init;
    FakeDecoder.made.push(this);
  }

  configure(): void {
    this.state = 'configured';
  }

  decode({ timestamp, data: [value] }: Chunk): void {
    if (this.state !== 'configured') throw new DOMException('closed', 'InvalidStateError');
    for (const [from, frames] of [
      [0, 960],
      [960, 3_840],
    ] as const) {
      this.#due.push(() => this.#output(timestamp + from / 0.048, frames, value!));
    }
  }

  /** Gives what was asked first. */
  give(pieces = Number.POSITIVE_INFINITY): void {
    for (const due of this.#due.splice(0, pieces)) if (this.state === 'configured') due();
  }

  fail(): void {
    this.state = 'closed';
    this.#init.error(new DOMException('Decoding error.', 'EncodingError'));
  }

  close(): void {
    this.state = 'closed';
  }

  #output(timestamp: number, numberOfFrames: number, value: number): void {
    this.#init.output({
      timestamp,
      numberOfFrames,
      copyTo: (floats: Float32Array) => void floats.fill(value / 32_768),
      close() {},
    } as unknown as AudioData);
  }
}

let got: string[];
let failures: number;
let voice: OpusVoice;
let seq: number;
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal(
    'EncodedAudioChunk',
    class {
      constructor(init: Chunk) {
        Object.assign(this, init);
      }
    },
  );
  begin();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function begin(): void {
  FakeDecoder.made = [];
  [got, failures, seq] = [[], 0, 0];
  voice = new OpusVoice({
    AudioDecoder: FakeDecoder as unknown as typeof AudioDecoder,
    onEvent: (event) => void got.push(nameOf(event)),
    onAudio: ({ item, samples, last }) => {
      // All of it is one sound: its place in the order, or silence.
      const [value = 0] = samples;
      const isOne = samples.every((sample) => sample === value);
      got.push(`${item}: ${samples.length} of ${isOne ? value : 'several'}${last ? ', last' : ''}`);
    },
    onFailed: () => (failures += 1),
  });
}

function nameOf(event: RelayEvent): string {
  if (event.type !== 'response.created') return event.type;
  return `created ${event.item}: ${event.audio?.sample_rate} ${event.audio?.codec ?? 'pcm16'}`;
}

function created(item: number, codec: 'opus' | 'pcm16'): RelayEvent {
  seq += 1;
  const audio = { sample_rate: 24_000, ...(codec === 'opus' && { codec }) };
  const reply = { response_id: `resp_${item}`, item, trigger: 'speech', utterance: 1 } as const;
  return { type: 'response.created', seq, ...reply, audio };
}

const draining = (): RelayEvent => ({ type: 'session.draining', seq: (seq += 1), grace_ms: 1 });

function frame(item: number, codec: 'opus' | 'pcm16', value: number, last = false): AudioFrame {
  seq += 1;
  const header = { kind: 2, last, item, seq, timestampMs: 0 } as const;
  if (codec === 'pcm16') return { ...header, samples: new Int16Array(10).fill(value) };
  const opus = { packet: Uint8Array.of(value), durationMs: FRAME_MS };
  return { ...header, samples: new Int16Array(), opus };
}

const give = (pieces?: number) => {
  for (const decoder of FakeDecoder.made) decoder.give(pieces);
};

describe('a voice in Opus', () => {
  test('is PCM16 at 48 kHz without the look-ahead, and what follows it waits for it', () => {
    voice.event(created(1, 'opus'));
    voice.audio(frame(1, 'opus', 7));
    voice.audio(frame(1, 'opus', 8, true));
    voice.event(draining());
    expect(got).toEqual(['created 1: 48000 pcm16']);
    give(3);
    expect(got.slice(1)).toEqual([`1: ${SAMPLES - LOOKAHEAD} of 7`]);
    give();
    expect(got.slice(2)).toEqual([`1: ${SAMPLES} of 8, last`, 'session.draining']);
  });

  test('ends with an empty frame as well', () => {
    voice.event(created(1, 'opus'));
    voice.audio({
      ...frame(1, 'opus', 1, true),
      opus: { packet: new Uint8Array(), durationMs: 0 },
    });
    expect(got.at(-1)).toBe('1: 0 of 0, last');
  });

  test('is silent if the decoder gives nothing for half a second, and goes on with another', () => {
    voice.event(created(1, 'opus'));
    voice.audio(frame(1, 'opus', 7));
    voice.audio(frame(1, 'opus', 8));
    give(2);
    vi.advanceTimersByTime(499);
    expect(got).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(got.at(-1)).toBe(`1: ${SAMPLES} of 0`);
    voice.audio(frame(1, 'opus', 9));
    give();
    expect(got.at(-1)).toBe(`1: ${SAMPLES} of 9`);
    expect(failures).toBe(1);
  });

  test('does not wait longer because more comes in', () => {
    voice.event(created(1, 'opus'));
    for (let value = 1; value < 6; value += 1) {
      voice.audio(frame(1, 'opus', value));
      vi.advanceTimersByTime(100);
    }
    expect(got).toHaveLength(6);
  });

  test('goes on at once with another decoder if the browser has closed the first', () => {
    voice.event(created(1, 'opus'));
    voice.audio(frame(1, 'opus', 7));
    FakeDecoder.made[0]!.close();
    voice.audio(frame(1, 'opus', 8));
    give();
    expect(got.slice(-2)).toEqual([`1: ${SAMPLES - LOOKAHEAD} of 0`, `1: ${SAMPLES} of 8`]);
  });

  test('is silent if the decoder fails; one that was idle is replaced without a word', () => {
    voice.event(created(1, 'opus'));
    voice.audio(frame(1, 'opus', 7));
    FakeDecoder.made[0]!.fail();
    expect(got.at(-1)).toBe(`1: ${SAMPLES - LOOKAHEAD} of 0`);
    expect(failures).toBe(1);
    voice.audio(frame(1, 'opus', 8));
    give();
    FakeDecoder.made[1]!.fail();
    voice.audio(frame(1, 'opus', 9));
    give();
    expect(got.slice(-2)).toEqual([`1: ${SAMPLES} of 8`, `1: ${SAMPLES} of 9`]);
    expect(failures).toBe(1);
  });

  test('leaves no decoder and no timer behind, however a response ends', () => {
    voice.event(created(1, 'opus'));
    voice.audio(frame(1, 'opus', 7));
    voice.event({
      ...{ type: 'response.done', seq: 9, response_id: 'resp_1', status: 'cancelled' },
      ...{ usage: {}, timeline: {}, error: null },
    } as RelayEvent);
    give();
    expect(FakeDecoder.made[0]!.state).toBe('closed');
    voice.event(created(2, 'opus'));
    voice.audio(frame(2, 'opus', 8));
    voice.settle();
    expect(got.at(-1)).toBe(`2: ${SAMPLES - LOOKAHEAD} of 0`);
    voice.close();
    expect(FakeDecoder.made.map(({ state }) => state)).toEqual(['closed', 'closed']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('all comes once and in order, whatever the decoder’s pace', () => {
  const step = fc.constantFrom('frame', 'event', 'opus', 'pcm16', 'give', 'give', 'pause');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      begin();
      const wanted: string[] = [];
      let [item, value, isFirst] = [0, 0, true];
      let codec: 'opus' | 'pcm16' = 'pcm16';
      for (const one of steps) {
        if (one === 'opus' || one === 'pcm16') {
          [codec, item, isFirst] = [one, item + 1, true];
          voice.event(created(item, codec));
          wanted.push(`created ${item}: ${codec === 'opus' ? 48_000 : 24_000} pcm16`);
        } else if (one === 'frame') {
          value += 1;
          voice.audio(frame(item, codec, value));
          const opus = SAMPLES - (isFirst ? LOOKAHEAD : 0);
          wanted.push(`${item}: ${codec === 'opus' ? opus : 10} of ${value}`);
          isFirst = false;
        } else if (one === 'event') {
          voice.event(draining());
          wanted.push('session.draining');
        } else if (one === 'give') give(1);
        else vi.advanceTimersByTime(9);
        expect(got).toEqual(wanted.slice(0, got.length));
      }
      give();
      expect(got).toEqual(wanted);
      expect(failures).toBe(0);
      voice.close();
      expect(FakeDecoder.made.every(({ state }) => state === 'closed')).toBe(true);
    }),
  );
});
