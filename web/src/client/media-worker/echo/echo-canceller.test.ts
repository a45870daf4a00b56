import { expect, test } from 'vitest';
import { EchoCanceller, type CancelledFrame } from './echo-canceller.ts';
import { EchoRoom } from './echo-room.ts';
import { powerOf } from '../speech/sounding.ts';

interface Heard extends CancelledFrame {
  readonly person: Float32Array;
}

function hear(canceller: EchoCanceller, room: EchoRoom, frames: number): Heard[] {
  return Array.from({ length: frames }, () => {
    const { heard, played, person } = room.next();
    return { ...canceller.process(heard, played), person };
  });
}

function reductionDb(frames: readonly CancelledFrame[]): number {
  const sum = (of: (frame: CancelledFrame) => number) =>
    frames.reduce((all, frame) => all + of(frame), 0);
  return 10 * Math.log10(sum((f) => f.heardPower) / sum((f) => f.residualPower));
}

test.each([
  { delayMs: 20, gain: 0.5 },
  { delayMs: 70, gain: 0.25 },
  { delayMs: 220, gain: 0.06 },
])('learns a room of $delayMs ms and $gain within two seconds', (path) => {
  const canceller = new EchoCanceller();
  const room = new EchoRoom(path);
  hear(canceller, room, 62);
  expect(reductionDb(hear(canceller, room, 62))).toBeGreaterThan(15);
});

test('leaves a person whole who speaks over our voice, and is not led astray', () => {
  const canceller = new EchoCanceller();
  const room = new EchoRoom({});
  hear(canceller, room, 125);
  room.personLevel = 0.03;
  for (const { samples, person } of hear(canceller, room, 31)) {
    const off = Float32Array.from(samples, (sample, n) => sample - person[n]!);
    expect(10 * Math.log10(powerOf(person) / powerOf(off))).toBeGreaterThan(6);
  }
  room.personLevel = 0;
  hear(canceller, room, 3);
  expect(reductionDb(hear(canceller, room, 31))).toBeGreaterThan(15);
});

test('learns another path after the loudspeaker was moved', () => {
  const canceller = new EchoCanceller();
  const room = new EchoRoom({});
  hear(canceller, room, 125);
  room.change({ delayMs: 78, gain: 0.4 });
  hear(canceller, room, 93);
  expect(reductionDb(hear(canceller, room, 62))).toBeGreaterThan(12);
});

test('what is left after a change of path is like our own voice, a person is not', () => {
  const canceller = new EchoCanceller();
  const room = new EchoRoom({});
  hear(canceller, room, 125);
  room.personLevel = 0.03;
  const person = hear(canceller, room, 20);
  room.personLevel = 0;
  hear(canceller, room, 20);
  room.change({ delayMs: 74, gain: 0.4 });
  const moved = hear(canceller, room, 12).filter(({ echoPower }) => echoPower > 1e-5);
  expect(median(person)).toBeLessThan(0.45);
  expect(median(moved)).toBeGreaterThan(0.6);
});

test('while nothing is played it changes nothing', () => {
  const canceller = new EchoCanceller();
  const room = new EchoRoom({});
  hear(canceller, room, 62);
  room.isPlaying = false;
  hear(canceller, room, 12);
  room.personLevel = 0.03;
  for (const { samples, person } of hear(canceller, room, 10)) {
    const off = Float32Array.from(samples, (sample, n) => sample - person[n]!);
    expect(powerOf(off)).toBeLessThan(1e-6);
  }
});

function median(frames: readonly CancelledFrame[]): number {
  return frames.map(({ likeness }) => likeness).toSorted((a, b) => a - b)[frames.length >> 1]!;
}
