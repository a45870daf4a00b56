import { expect, test, vi } from 'vitest';
import type { CapturedBlock } from '../../messages/capture-messages.ts';
import { ContextClock } from '../capture/context-clock.ts';
import { EchoRoom } from './echo-room.ts';
import { NearEndCapture } from './near-end-capture.ts';

const FRAME_MS = 32;

/** A call in a room whose unprocessed microphone gives its frames when it is told to. */
class Rig {
  readonly room = new EchoRoom({});
  readonly delivered: CapturedBlock[] = [];
  readonly capture: NearEndCapture;
  wanted = 0;
  isIdle = true;
  isCancelled = false;
  #nowMs = 0;
  #index = 0;
  #frames: ReadableStreamDefaultController<AudioData> | undefined;

  constructor() {
    const contextClock = new ContextClock();
    contextClock.observe(0, 0);
    this.capture = new NearEndCapture({
      contextClock,
      now: () => this.#nowMs,
      isIdle: () => this.isIdle,
      onWanted: () => (this.wanted += 1),
    });
  }

  async attach(): Promise<void> {
    const frames = new ReadableStream<AudioData>({
      start: (controller) => void (this.#frames = controller),
      cancel: () => void (this.isCancelled = true),
    });
    await this.capture.attach(frames, 0);
  }

  /** A frame's time passes. @param hears - whether the unprocessed microphone gives its part */
  async pass({ hears = true } = {}): Promise<void> {
    const { played, heard, startMs } = this.room.next();
    this.#nowMs = startMs + FRAME_MS;
    if (this.room.isPlaying) this.capture.rendered(this.#block(played, startMs));
    if (hears) this.#frames?.enqueue(frameOf(heard));
    // The stream's reader takes it in a few turns.
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    const block = this.#block(new Float32Array(512), startMs);
    this.capture.push(block, startMs, (each) => this.delivered.push(each));
    this.#index += 512;
  }

  end(): void {
    this.#frames?.close();
  }

  #block(samples: Float32Array<ArrayBuffer>, startMs: number): CapturedBlock {
    const contextTimeS = startMs / 1_000;
    return { samples, index: this.#index, contextTimeS, sentContextTimeS: contextTimeS };
  }
}

function frameOf(samples: Float32Array): AudioData {
  return {
    sampleRate: 16_000,
    numberOfFrames: samples.length,
    timestamp: 0,
    copyTo: (out: Float32Array) => out.set(samples),
    close: () => {},
  } as unknown as AudioData;
}

test('without another microphone every frame goes on at once', async () => {
  const rig = new Rig();
  for (let n = 0; n < 5; n += 1) await rig.pass();
  expect(rig.delivered).toHaveLength(5);
  expect(rig.wanted).toBe(0);
});

test('once the room is known the near end takes the place of what is processed', async () => {
  const rig = new Rig();
  await rig.attach();
  expect(rig.wanted).toBe(1);
  for (let n = 0; n < 155; n += 1) await rig.pass();
  expect(rig.delivered.length).toBeGreaterThan(150);
  expect(rig.delivered.slice(0, 31).every(({ isEcho }) => isEcho === undefined)).toBe(true);
  expect(rig.delivered.at(-1)!.isEcho).toBe(true);
  expect(rig.capture.summary).toMatch(/^, own canceller \d+ dB$/);
  // Index and times stay those of the processed microphone.
  expect(rig.delivered.map(({ index }) => index)).toEqual(rig.delivered.map((_, n) => n * 512));
});

test('a frame waits for the other microphone, though not for long', async () => {
  const rig = new Rig();
  await rig.attach();
  for (let n = 0; n < 100; n += 1) await rig.pass();
  const before = rig.delivered.length;
  for (let n = 0; n < 3; n += 1) await rig.pass({ hears: false });
  expect(rig.delivered.length).toBeLessThan(before + 3);
  for (let n = 0; n < 10; n += 1) await rig.pass({ hears: false });
  expect(rig.delivered).toHaveLength(113);
});

test('when the other microphone ends, nothing of the processed one is lost', async () => {
  const rig = new Rig();
  await rig.attach();
  for (let n = 0; n < 100; n += 1) await rig.pass();
  rig.end();
  await vi.waitFor(() => expect(rig.capture.summary).toBe(''));
  expect(rig.delivered).toHaveLength(100);
  await rig.attach();
  rig.capture.detach();
  await vi.waitFor(() => expect(rig.isCancelled).toBe(true));
});
