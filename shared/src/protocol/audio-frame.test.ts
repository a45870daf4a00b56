import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AUDIO_FRAME_HEADER_BYTES,
  decodeAudioFrame,
  encodeAudioFrame,
  MAX_AUDIO_FRAME_BYTES,
  MAX_OPUS_PACKET_BYTES,
  type AudioFrameHeader,
} from './audio-frame.ts';

const header: fc.Arbitrary<AudioFrameHeader> = fc.record({
  kind: fc.constantFrom(1, 2),
  last: fc.boolean(),
  item: fc.integer({ min: 0, max: 0xffff }),
  seq: fc.integer({ min: 0, max: 0xffff_ffff }),
  timestampMs: fc.integer({ min: 0, max: 0xffff_ffff }),
});
const someSamples = fc.int16Array({ minLength: 1, maxLength: 200 });

/** The same bytes, beginning at `offset` within a larger buffer that holds other things too. */
function shifted(bytes: Uint8Array, offset: number): Uint8Array {
  const memory = new Uint8Array(offset + bytes.length + 64).fill(0xa5);
  memory.set(bytes, offset);
  return memory.subarray(offset, offset + bytes.length);
}

function decoded(bytes: Uint8Array) {
  const result = decodeAudioFrame(bytes);
  if (!result.ok) throw new Error(result.fault);
  return result.frame;
}

describe('the audio frame', () => {
  it('comes back as it was sent, wherever in memory the message begins', () => {
    fc.assert(
      fc.property(header, someSamples, fc.nat({ max: 9 }), (sent, samples, offset) => {
        const frame = decoded(shifted(encodeAudioFrame(sent, samples), offset));
        expect(frame).toEqual({ ...sent, samples });
      }),
    );
  });

  it('lies over the message without a copy on an even address, and in a copy of its own on an odd one', () => {
    const sent = { kind: 1, last: false, item: 1, seq: 1, timestampMs: 1 } as const;
    const bytes = encodeAudioFrame(sent, Int16Array.of(10, 20, 30));
    const even = shifted(bytes, 4);
    const odd = shifted(bytes, 5);
    const [overEven, overOdd] = [decoded(even).samples, decoded(odd).samples];
    even[AUDIO_FRAME_HEADER_BYTES] = 11;
    odd[AUDIO_FRAME_HEADER_BYTES] = 11;
    expect([...overEven]).toEqual([11, 20, 30]);
    expect([...overOdd]).toEqual([10, 20, 30]);
    expect(overEven.buffer).toBe(even.buffer);
    expect(overOdd.buffer.byteLength).toBe(6);
  });

  it('holds nothing but its own samples even if the message shares its memory with others', () => {
    fc.assert(
      fc.property(header, someSamples, fc.nat({ max: 9 }), (sent, samples, offset) => {
        // Views whose `slice` shares memory instead of copying it: what Node sockets deliver.
        class SharedSlice extends Uint8Array<ArrayBuffer> {
          override slice(start?: number, end?: number) {
            return this.subarray(start, end);
          }
        }
        const message = shifted(encodeAudioFrame(sent, samples), offset);
        const view = new SharedSlice(
          message.buffer as ArrayBuffer,
          message.byteOffset,
          message.length,
        );
        expect(decoded(view).samples).toEqual(samples);
      }),
    );
  });

  it('lays its header out as documented', () => {
    const sent = { kind: 2, last: true, item: 0x0102, seq: 0x03040506, timestampMs: 0x0708090a };
    const bytes = encodeAudioFrame(sent as AudioFrameHeader, Int16Array.of(-2));
    expect([...bytes]).toEqual([2, 1, 2, 1, 6, 5, 4, 3, 0x0a, 9, 8, 7, 0xfe, 0xff]);
  });

  it('ignores reserved flags', () => {
    fc.assert(
      fc.property(header, someSamples, fc.nat({ max: 127 }), (sent, samples, reserved) => {
        const bytes = encodeAudioFrame(sent, samples);
        bytes[1] = bytes[1]! | (reserved << 1);
        expect(decoded(bytes)).toEqual({ ...sent, samples });
      }),
    );
  });

  it.each([
    ['item', 0xffff],
    ['seq', 0xffff_ffff],
    ['timestampMs', 0xffff_ffff],
  ])('refuses to encode a %s that does not fit', (field, max) => {
    const encode = (value: number) =>
      encodeAudioFrame(
        { kind: 1, last: false, item: 0, seq: 0, timestampMs: 0, [field]: value },
        Int16Array.of(1),
      );
    expect(() => encode(max)).not.toThrow();
    for (const value of [max + 1, -1, 0.5, Number.NaN]) expect(() => encode(value)).toThrow(field);
  });
});

describe('decodeAudioFrame', () => {
  it('never throws, and finds a frame or a fault in any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 3, maxLength: 64 }), fc.nat({ max: 3 }), (bytes, offset) => {
        const result = decodeAudioFrame(shifted(bytes, offset));
        const cannotBe = bytes.length % 2 !== 0 || bytes.length < AUDIO_FRAME_HEADER_BYTES;
        expect(result.ok && cannotBe).toBe(false);
        const samples = result.ok ? result.frame.samples.length : 0;
        expect(samples).toBe(result.ok ? (bytes.length - AUDIO_FRAME_HEADER_BYTES) / 2 : 0);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['nothing at all', 0, 'frame_too_short'],
    ['half a header', 11, 'frame_too_short'],
    ['a header alone', 12, 'frame_empty'],
    ['half a sample', 13, 'frame_odd_length'],
    ['more than a second', MAX_AUDIO_FRAME_BYTES + 2, 'frame_too_long'],
  ])('names what is wrong with %s', (_, length, fault) => {
    const bytes = new Uint8Array(length);
    bytes[0] = 1;
    expect(decodeAudioFrame(bytes)).toEqual({ ok: false, fault });
  });

  it.each([0, 5, 123, 255])('does not know kind %i', (kind) => {
    const bytes = new Uint8Array(14);
    bytes[0] = kind;
    expect(decodeAudioFrame(bytes)).toEqual({ ok: false, fault: 'frame_unknown_kind' });
  });

  it('comes back with its packet of Opus', () => {
    const rest = fc.uint8Array({ maxLength: MAX_OPUS_PACKET_BYTES - 1 });
    fc.assert(
      fc.property(header, rest, fc.nat({ max: 9 }), (sent, bytes, offset) => {
        const opus = { packet: Uint8Array.of(72, ...bytes), durationMs: 20 };
        const frame = decoded(shifted(encodeAudioFrame(sent, opus), offset));
        expect(frame).toEqual({ ...sent, samples: new Int16Array(), opus });
      }),
    );
  });

  it.each([
    ['nothing in the middle of an utterance', [], 'frame_empty'],
    ['a packet of no frames', [75, 0], 'frame_not_opus'],
    ['a packet that claims more than 120 ms', [75, 7], 'frame_not_opus'],
    ['more bytes than speech takes', Array(MAX_OPUS_PACKET_BYTES + 1).fill(72), 'frame_too_long'],
  ])('names what is wrong with Opus that holds %s', (_, packet, fault) => {
    const frame = Uint8Array.of(3, ...new Uint8Array(AUDIO_FRAME_HEADER_BYTES - 1), ...packet);
    expect(decodeAudioFrame(frame)).toEqual({ ok: false, fault });
  });

  it('takes an empty frame as an end mark', () => {
    const sent = { kind: 1, last: true, item: 3, seq: 9, timestampMs: 7 } as const;
    expect(decoded(encodeAudioFrame(sent, new Int16Array(0)))).toEqual({
      ...sent,
      samples: new Int16Array(0),
    });
  });

  it('takes the longest frame there may be', () => {
    const bytes = new Uint8Array(MAX_AUDIO_FRAME_BYTES);
    bytes[0] = 2;
    expect(decoded(bytes).samples).toHaveLength(48_000);
  });
});
