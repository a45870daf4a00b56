import { expect, test } from 'vitest';
import { EchoRoom } from './echo-room.ts';
import { NearEnd, type NearEndFrame } from './near-end.ts';

/** A call in a room: each frame is rendered, captured and asked for, one after the other. */
class Rig {
  readonly nearEnd = new NearEnd();
  readonly room: EchoRoom;

  constructor(path = {}) {
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
  rig.hear(155);
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
  rig.hear(155);
  rig.room.change(path);
  const heard = rig.hear(62).map(isPerson);
  // A barge-in takes four frames of speech in a row.
  expect(heard.join('').includes('true'.repeat(4))).toBe(false);
});

test('what is being said is not cut in two', () => {
  const rig = new Rig();
  rig.hear(155);
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
  rig.hear(155);
  const { played, startMs } = rig.room.next();
  rig.nearEnd.rendered(played, startMs);
  expect(rig.nearEnd.awaits(startMs)).toBe(true);
  expect(rig.nearEnd.frameAt(startMs, true)).toBeUndefined();
  expect(rig.nearEnd.awaits(startMs + 300)).toBe(false);
  rig.nearEnd.captured(new Float32Array(512), startMs + 320);
  expect(rig.nearEnd.frameAt(startMs + 320, true)).toBeUndefined();
});
