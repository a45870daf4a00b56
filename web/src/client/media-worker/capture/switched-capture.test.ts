import { beforeEach, expect, test } from 'vitest';
import type { CapturedBlock } from '../../messages/capture-messages.ts';
import type { SwitchCapture } from '../../messages/page-requests.ts';
import { EchoRoom } from '../echo/echo-room.ts';
import { powerOf } from '../speech/sounding.ts';
import { SwitchedCapture } from './switched-capture.ts';

const BREATH_FRAMES = 47;
const LEAST_ECHO_POWER = 1e-6;

/** A call in a room, in a browser that answers when it is told to. */
class Rig {
  readonly room: EchoRoom;
  readonly requests: Omit<SwitchCapture, 'type'>[] = [];
  readonly capture: SwitchedCapture;
  isIdle = true;
  /** Whether the browser's canceller was said to learn. */
  readonly learning: boolean[] = [];
  #index = 0;

  constructor(room = new EchoRoom({})) {
    this.room = room;
    this.capture = new SwitchedCapture({
      isIdle: () => this.isIdle,
      isPlaying: () => this.room.isPlaying,
      onSwitch: ({ isProcessed, isToLearn }) => void this.requests.push({ isProcessed, isToLearn }),
      onLearning: (isLearning) => void this.learning.push(isLearning),
    });
  }

  get lastRequest() {
    return this.requests.at(-1);
  }

  /** @param distort - what becomes of a sample before the microphone hears it */
  pass(frames: number, distort = (sample: number) => sample): CapturedBlock {
    let heard: CapturedBlock | undefined;
    for (let n = 0; n < frames; n += 1) {
      const next = this.room.next();
      heard = this.capture.heard(this.#block(next.heard.map(distort)), next.played);
    }
    return heard!;
  }

  /** A breath, and what the browser is asked after it. */
  breathe(): void {
    this.pass(BREATH_FRAMES);
    this.room.isPlaying = false;
    this.pass(8);
    this.capture.primed();
    this.capture.switched(true);
  }

  /** We begin to play, until frames are the microphone's own. */
  play(): void {
    this.room.isPlaying = true;
    this.pass(2);
    this.capture.switched(false);
    this.pass(4);
  }

  #block(samples: Float32Array<ArrayBuffer>): CapturedBlock {
    const contextTimeS = this.#index / 16_000;
    const block = { samples, index: this.#index, contextTimeS, sentContextTimeS: contextTimeS };
    this.#index += samples.length;
    return block;
  }
}

let rig: Rig;

beforeEach(() => {
  rig = new Rig();
});

test('the breath is heard as it is; a canceller that takes it out leaves pauses to the browser', () => {
  const heard = rig.pass(BREATH_FRAMES);
  expect(powerOf(heard.samples)).toBeGreaterThan(LEAST_ECHO_POWER);
  expect(heard.isEcho).toBeUndefined();
  expect(rig.requests).toEqual([]);
  expect(rig.capture.primed()).toBe('over');
  expect(rig.requests).toEqual([{ isProcessed: true, isToLearn: false }]);
});

test('while we play the browser does not process, and our voice is taken out', () => {
  rig.breathe();
  rig.play();
  expect(rig.lastRequest).toEqual({ isProcessed: false, isToLearn: false });
  const { samples, isEcho } = rig.pass(40);
  expect(isEcho).toBe(true);
  expect(powerOf(samples)).toBeLessThan(LEAST_ECHO_POWER);
  rig.room.personLevel = 0.05;
  rig.pass(1);
  expect(rig.pass(1).isEcho).toBe(false);
  expect(rig.capture.summary).toMatch(/^, own canceller \d+ dB$/);
});

test('an echo that has moved before we begin to play is not taken for a person', () => {
  rig.breathe();
  rig.room.change({ delayMs: 110, gain: 0.25 });
  rig.play();
  const heard = Array.from({ length: 40 }, () => rig.pass(1));
  expect(heard.some(({ isEcho }) => isEcho === false)).toBe(false);
  expect(powerOf(heard.at(-1)!.samples)).toBeLessThan(10 * LEAST_ECHO_POWER);
});

test('what the browser’s processing begins with is not taken for a person', () => {
  rig.breathe();
  expect(rig.pass(1).isEcho).toBe(true);
  expect(rig.pass(8).isEcho).toBeUndefined();
});

test('until the browser has switched, what is heard of our voice is an echo', () => {
  rig.breathe();
  rig.room.isPlaying = true;
  rig.pass(1);
  expect(rig.pass(1).isEcho).toBe(true);
  rig.isIdle = false;
  expect(rig.pass(1).isEcho).toBeUndefined();
});

test('a page that does not answer leaves it to the browser', () => {
  rig.breathe();
  rig.room.isPlaying = true;
  expect(rig.pass(40).isEcho).toBeUndefined();
  rig.capture.switched(true);
  rig.room.isPlaying = false;
  rig.pass(40);
  rig.room.isPlaying = true;
  rig.pass(40);
  expect(rig.requests.filter(({ isProcessed }) => !isProcessed)).toHaveLength(1);
});

test('the browser processes again once we are silent, and the person for a second', () => {
  rig.breathe();
  rig.play();
  rig.isIdle = false;
  rig.room.isPlaying = false;
  rig.pass(40);
  expect(rig.lastRequest?.isProcessed).toBe(false);
  rig.isIdle = true;
  rig.pass(30);
  expect(rig.lastRequest?.isProcessed).toBe(false);
  rig.pass(2);
  expect(rig.lastRequest).toEqual({ isProcessed: true, isToLearn: false });
  rig.capture.switched(true);
  rig.play();
  expect(rig.lastRequest?.isProcessed).toBe(false);
});

test('what is being said goes on without our voice when we begin to play', () => {
  rig.breathe();
  rig.isIdle = false;
  rig.play();
  expect(rig.lastRequest?.isProcessed).toBe(false);
  expect(powerOf(rig.pass(40).samples)).toBeLessThan(LEAST_ECHO_POWER);
});

test('a person who is muted leaves it to the browser, which hears a breath', () => {
  rig.pass(BREATH_FRAMES, () => 0);
  expect(rig.capture.primed()).toBe('again');
});

test('where the echo is not heard, the browser processes for good and learns nothing', () => {
  rig = new Rig(new EchoRoom({ gain: 0 }));
  rig.pass(BREATH_FRAMES);
  expect(rig.capture.primed()).toBe('over');
  expect(rig.requests).toEqual([{ isProcessed: true, isToLearn: false }]);
  rig.pass(40);
  expect(rig.requests).toHaveLength(1);
});

test('where our canceller does not take the echo out, the browser’s own hears a breath', () => {
  // A loudspeaker that only crackles: no linear path leads from what is played to that.
  rig.pass(BREATH_FRAMES, (sample) => Math.abs(Math.sin(sample * 900)) * 0.05);
  expect(rig.capture.primed()).toBe('again');
  expect(rig.requests).toEqual([{ isProcessed: true, isToLearn: true }]);
  rig.capture.switched(true);
  expect(rig.capture.primed()).toBe('over');
  rig.pass(40);
  expect(rig.requests).toHaveLength(1);
});

test('a canceller that has lost the room for seconds is given up once we are silent', () => {
  rig.breathe();
  rig.play();
  rig.pass(400, (sample) => Math.abs(Math.sin(sample * 900)) * 0.05);
  rig.room.isPlaying = false;
  rig.pass(30);
  expect(rig.learning).toEqual([true]);
  expect(rig.lastRequest?.isProcessed).toBe(true);
  rig.capture.switched(true);
  rig.room.isPlaying = true;
  rig.pass(200);
  expect(rig.learning).toEqual([true, false]);
  expect(rig.lastRequest?.isProcessed).toBe(true);
});
