import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioFrame } from '@parley/shared';
import { durationOf, judgeFrame, UplinkSequence } from './uplink.ts';

describe('the client sequence', () => {
  it('takes each number once, even if it comes twice or out of order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3_000 })), (numbers) => {
        const sequence = new UplinkSequence();
        const taken = numbers.filter((seq) => sequence.accept(seq) === 'new');
        expect(taken).toEqual([...new Set(taken)].toSorted((a, b) => a - b));
        expect(sequence.last).toBe(taken.at(-1) ?? 0);
      }),
    );
  });

  it('acknowledges everything up to the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (count) => {
        const sequence = new UplinkSequence();
        for (let seq = 1; seq <= count; seq++) sequence.accept(seq);
        expect(sequence.unacknowledged).toBe(count);
        expect(sequence.acknowledge()).toBe(count);
        expect(sequence.unacknowledged).toBe(0);
      }),
    );
  });

  it('acknowledges nothing that is held back, until too much is', () => {
    const sequence = new UplinkSequence();
    sequence.holdAfter(3);
    for (let seq = 1; seq <= 10; seq++) sequence.accept(seq);
    expect(sequence.acknowledge()).toBe(3);
    expect(sequence.unacknowledged).toBe(0);
    sequence.holdAfter(7);
    expect(sequence.unacknowledged).toBe(4);
    for (let seq = 11; seq <= 910; seq++) sequence.accept(seq);
    expect(sequence.acknowledge()).toBe(910);
  });

  it('goes on where another relay was, without what is settled there', () => {
    const sequence = new UplinkSequence({ seq: 40, settled: [43] });
    expect([40, 41, 43, 44].map((seq) => sequence.accept(seq))).toEqual([
      'seen',
      'new',
      'settled',
      'new',
    ]);
  });

  it('does not believe a number far ahead, so that one bad frame spoils nothing', () => {
    const sequence = new UplinkSequence();
    expect(sequence.accept(1_001)).toBe('gap');
    expect(sequence.accept(4_294_967_295)).toBe('gap');
    expect(sequence.accept(1)).toBe('new');
    expect(sequence.accept(1_001)).toBe('new');
  });
});

describe('judgeFrame', () => {
  const frame = (change: Partial<AudioFrame> = {}): AudioFrame => ({
    kind: 1,
    last: false,
    item: 4,
    seq: 1,
    timestampMs: 0,
    samples: new Int16Array(1_600),
    ...change,
  });

  it.each([
    ['takes a full frame of the open utterance', frame(), 4, 4, 'take'],
    ['takes a short last one', frame({ samples: new Int16Array(1), last: true }), 4, 4, 'take'],
    ['takes an end mark', frame({ samples: new Int16Array(0), last: true }), 4, 4, 'take'],
    ['passes over what comes after its end', frame(), undefined, 4, 'ignore'],
    ['refuses a frame of another utterance', frame({ item: 5 }), 4, 4, 'frame_unexpected'],
    ['refuses one before any', frame(), undefined, undefined, 'frame_unexpected'],
    ['refuses one that is short', frame({ samples: new Int16Array(2) }), 4, 4, 'frame_wrong_size'],
    [
      'refuses one that is long',
      frame({ samples: new Int16Array(1_601), last: true }),
      4,
      4,
      'frame_wrong_size',
    ],
    ['refuses the other direction', frame({ kind: 2 }), 4, 4, 'frame_unknown_kind'],
  ])('%s', (_, sent, open, latest, expected) => {
    expect(judgeFrame(sent, open, latest, undefined)).toBe(expected);
    expect(judgeFrame(sent, open, latest, 'pcm16')).toBe(expected);
  });

  const opus = (durationMs: number, item = 4) =>
    frame({
      samples: new Int16Array(),
      opus: { packet: new Uint8Array(Math.ceil(durationMs)), durationMs },
      item,
    });
  const mark = (kind: 'pcm16' | 'opus') =>
    kind === 'opus' ? { ...opus(0), last: true } : frame({ samples: new Int16Array(), last: true });

  it.each([
    ['takes the shortest packet', opus(20), undefined, 'take'],
    ['takes the longest packet', opus(120), 'opus', 'take'],
    ['refuses a packet that is shorter', opus(10), 'opus', 'frame_wrong_size'],
    ['refuses Opus amid PCM16', opus(100), 'pcm16', 'frame_codec_changed'],
    ['refuses PCM16 amid Opus', frame(), 'opus', 'frame_codec_changed'],
    ['takes an end mark of Opus', mark('opus'), 'pcm16', 'take'],
    ['takes an end mark of PCM16', mark('pcm16'), 'opus', 'take'],
    ['refuses Opus of another utterance', opus(100, 5), 'pcm16', 'frame_unexpected'],
  ] as const)('%s', (_, sent, codec, expected) => {
    expect(judgeFrame(sent, 4, 4, codec)).toBe(expected);
  });

  it('passes over what comes after the end, in either codec', () => {
    expect(judgeFrame(opus(100), undefined, 4, 'pcm16')).toBe('ignore');
    expect(judgeFrame(frame(), undefined, 4, 'opus')).toBe('ignore');
  });

  it.each([
    ['a full frame', frame(), 100],
    ['a short one', frame({ samples: new Int16Array(17) }), 2],
    ['an end mark', mark('pcm16'), 0],
    ['a packet', opus(22.5), 23],
  ])('counts the time of %s', (_, sent, expected) => {
    expect(durationOf(sent)).toBe(expected);
  });
});
