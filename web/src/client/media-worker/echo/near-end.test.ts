import { expect, test } from 'vitest';
import { FRAME_MS } from '../../messages/capture-messages.ts';
import { EchoRoom } from './echo-room.ts';
import { NearEnd, type NearEndFrame, type NearEndOptions } from './near-end.ts';

/** A quarter as loud as our voice. */
const SOFTLY = 0.25;

/** Four seconds, in which the room is learnt. */
const LEARNT_FRAMES = 125;

/** A call in a room: each frame is rendered, captured and asked for, one after the other. */
class Rig {
  readonly nearEnd: NearEnd;
  readonly room: EchoRoom;

  constructor(path = {}, options: NearEndOptions = {}) {
    this.nearEnd = new NearEnd(options);
    this.room = new EchoRoom(path);
  }

  hear(frames: number, mayChange = true): (NearEndFrame | undefined)[] {
    return Array.from({ length: frames }, () => {
      const { played, heard, startMs } = this.room.next();
      if (this.room.isPlaying) this.nearEnd.rendered(played, startMs);
      this.nearEnd.captured(heard, startMs);
      return this.nearEnd.frameAt(startMs, mayChange);
    });
  }

  /** Nothing is asked for. @returns when that ends */
  hearSoftly(frames: number): number {
    let endMs = 0;
    for (let n = 0; n < frames; n += 1) {
      const { played, heard, startMs } = this.room.next();
      this.nearEnd.rendered(
        played.map((sample) => SOFTLY * sample),
        startMs,
      );
      this.nearEnd.captured(
        heard.map((sample) => SOFTLY * sample),
        startMs,
      );
      endMs = startMs + FRAME_MS;
    }
    return endMs;
  }
}

const isPerson = (frame: NearEndFrame | undefined) => frame?.isEcho === false;

test('the browser is believed until the room is learnt', () => {
  const rig = new Rig();
  expect(rig.hear(31)).toEqual(Array(31).fill(undefined));
  expect(rig.hear(93).at(-1)).toMatchObject({ isEcho: true });
  expect(rig.nearEnd.cancelledDb).toBeGreaterThan(10);
});

test('a person who speaks over our voice is heard, and nobody else is', () => {
  const rig = new Rig();
  rig.hear(LEARNT_FRAMES);
  expect(rig.hear(155).filter(isPerson).length).toBeLessThan(3);
  rig.room.personLevel = 0.02;
  const spoken = rig.hear(12, false);
  expect(spoken.filter(isPerson).length).toBeGreaterThan(8);
  expect(spoken.every((frame) => frame !== undefined)).toBe(true);
  rig.room.personLevel = 0;
  expect(rig.hear(31, false).filter(isPerson).length).toBeLessThan(4);
});

test.each([
  ['turned up', { delayMs: 70, gain: 0.5 }],
  ['turned down', { delayMs: 70, gain: 0.1 }],
  ['moved', { delayMs: 76, gain: 0.25 }],
])('a loudspeaker that is %s is no person', (_, path) => {
  const rig = new Rig();
  rig.hear(LEARNT_FRAMES);
  rig.room.change(path);
  const heard = rig.hear(62).map(isPerson);
  // A barge-in takes four frames of speech in a row.
  expect(heard.join('').includes('true'.repeat(4))).toBe(false);
});

test('what is being said is not cut in two', () => {
  const rig = new Rig();
  rig.hear(LEARNT_FRAMES);
  rig.room.personLevel = 0.02;
  rig.hear(6, false);
  rig.room.isPlaying = false;
  const rest = rig.hear(62, false);
  expect(rest.every((frame) => frame !== undefined)).toBe(true);
  expect(rest.slice(-30).every(isPerson)).toBe(true);
  expect(rig.hear(1, true)).toEqual([undefined]);
});

test('without an echo, as in headphones, the browser is believed', () => {
  const rig = new Rig({ gain: 0 });
  expect(rig.hear(155).every((frame) => frame === undefined)).toBe(true);
});

test('a microphone that is switched off, or gone, is not waited for', () => {
  const rig = new Rig();
  rig.hear(LEARNT_FRAMES);
  const { played, startMs } = rig.room.next();
  rig.nearEnd.rendered(played, startMs);
  expect(rig.nearEnd.awaits(startMs)).toBe(true);
  expect(rig.nearEnd.frameAt(startMs, true)).toBeUndefined();
  expect(rig.nearEnd.awaits(startMs + 300)).toBe(false);
  rig.nearEnd.captured(new Float32Array(512), startMs + 320);
  expect(rig.nearEnd.frameAt(startMs + 320, true)).toBeUndefined();
});

/** A rig that has heard a soft sound, learnt from it afterwards, and heard its end. */
function rehearsed(path = {}, change?: { delayMs: number; gain: number }): Rig {
  const levels = { remainderFrames: 20, lagFrames: 3, isTolerant: true };
  const rig = new Rig(path, { levels, isAlone: true });
  rig.hearSoftly(18);
  if (change !== undefined) rig.room.change(change);
  const endMs = rig.hearSoftly(27);
  expect(rig.nearEnd.rehearse(endMs, 36, 1 / SOFTLY ** 2)).toBe(true);
  rig.room.isPlaying = false;
  rig.hearSoftly(15);
  rig.room.isPlaying = true;
  rig.nearEnd.resume();
  return rig;
}

test('what a rehearsal teaches takes our voice out from its first frame on', () => {
  const rig = rehearsed();
  expect(rig.nearEnd.cancelledDb).toBeGreaterThan(12);
  const heard = rig.hear(31);
  // Before the echo arrives, the noise of the room is heard.
  expect(heard.slice(4).some(isPerson)).toBe(false);
  expect(rig.nearEnd.isCancelled).toBe(true);
});

test('an echo that moves during the rehearsal is learnt where it is now', () => {
  const rig = rehearsed({}, { delayMs: 75, gain: 0.25 });
  expect(rig.hear(62).slice(4).filter(isPerson).length).toBeLessThan(3);
  expect(rig.nearEnd.isCancelled).toBe(true);
});

test('a rehearsal in which our voice is not heard teaches nothing', () => {
  const rig = new Rig({ gain: 0 });
  rig.hear(45);
  expect(rig.nearEnd.rehearse(45 * 32, 36, 1)).toBe(false);
});
