import type { CapturedBlock } from '../../messages/capture-messages.ts';
import { describe, expect, test } from 'vitest';
import { CaptureClock, ContextClock } from '../capture/context-clock.ts';
import { EchoGuard } from './echo-guard.ts';
import { UtteranceSegmenter, type SegmenterEvent } from '@parley/shared/vad/utterance-segmenter';

const FRAME_MS = 32;

/** A microphone whose frames have a level and a probability of speech, while we play or not. */
class Rig {
  readonly hopeless: boolean[] = [];
  readonly echo = new EchoGuard({ notify: ({ isHopeless }) => this.hopeless.push(isHopeless) });
  readonly log: string[] = [];
  readonly segmenter: UtteranceSegmenter<CapturedBlock>;
  isPlaying = false;
  sentMs = 0;
  #frame = 0;
  #probability = 0;

  constructor() {
    const contextClock = new ContextClock();
    contextClock.observe(0, 0);
    this.segmenter = new UtteranceSegmenter({
      echo: this.echo,
      now: () => this.nowMs,
      isPlaying: () => this.isPlaying,
      onEvent: (event) => this.#onSpeech(event),
      onLevel: () => {},
    });
    this.segmenter.attach(new CaptureClock(contextClock, 0));
    this.segmenter.setDetector({ probabilityOf: async () => this.#probability });
  }

  get nowMs(): number {
    return this.#frame * FRAME_MS;
  }

  #onSpeech(event: SegmenterEvent): void {
    if (event.type === 'chunk') this.sentMs += event.chunk.samples.length / 16;
    else if (event.type === 'ended') this.log.push(`ended at ${Math.round(event.speechEndMs)}`);
    else if (['suspected', 'misfire', 'started'].includes(event.type)) this.log.push(event.type);
  }

  /** @param played level of what is played meanwhile */
  async hear(rms: number, frames: number, { probability = 0.9, played = 0 } = {}): Promise<void> {
    this.#probability = probability;
    await this.echo.measure();
    for (let n = 0; n < frames; n += 1) {
      const contextTimeS = this.nowMs / 1_000;
      this.#frame += 1;
      this.echo.rendered(this.nowMs, played);
      const samples = new Float32Array(512).fill(rms);
      const index = (this.#frame - 1) * 512;
      this.segmenter.push({ samples, index, contextTimeS, sentContextTimeS: contextTimeS });
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
  }

  /** Syllables of which so much comes back at once, none of which the detector takes for speech. */
  async play(leak: number, seconds: number): Promise<void> {
    for (let n = 0; n < seconds * 5; n += 1) {
      const played = 0.05 + 0.1 * ((n * 7) % 5);
      await this.hear(played * leak, 4, { probability: 0.05, played });
      await this.hear(0.0001, 2, { probability: 0.05 });
    }
  }
}

describe('until the echo canceller has learnt', () => {
  test('what is heard while we play neither holds the voice nor becomes an utterance', async () => {
    const rig = new Rig();
    rig.echo.attach(true);
    rig.isPlaying = true;
    await rig.hear(0.1, 30);
    expect(rig.log).toEqual([]);
    rig.echo.primed();
    await rig.hear(0.1, 10);
    expect(rig.log).toEqual(['suspected', 'started']);
    // Sound overheard before is not in its pre-roll.
    expect(rig.sentMs).toBeLessThanOrEqual(10 * FRAME_MS);
  });

  test('a suspicion that began before we play is dismissed', async () => {
    const rig = new Rig();
    rig.echo.attach(true);
    await rig.hear(0.1, 1);
    rig.isPlaying = true;
    await rig.hear(0.1, 10);
    expect(rig.log).toEqual(['suspected', 'misfire']);
  });

  test('the person is heard as ever while we do not play', async () => {
    const rig = new Rig();
    rig.echo.attach(true);
    await rig.hear(0.1, 10);
    rig.isPlaying = true;
    await rig.hear(0.1, 10);
    await rig.hear(0.001, 40, { probability: 0.05 });
    expect(rig.log).toEqual(['suspected', 'started', 'ended at 560']);
  });

  test('a key that is held interrupts', async () => {
    const rig = new Rig();
    rig.echo.attach(true);
    rig.isPlaying = true;
    rig.segmenter.holdToTalk(true);
    await rig.hear(0.1, 10);
    expect(rig.log).toEqual(['started']);
  });
});

describe('once the echo is measured', () => {
  test('a person is heard over the voice also after its echo was measured', async () => {
    const rig = new Rig();
    rig.isPlaying = true;
    await rig.play(0.03, 3);
    expect(rig.echo.leak?.isEcho).toBe(true);
    await rig.hear(0.02, 6, { played: 0.35 });
    expect(rig.log).toEqual(['suspected', 'started']);
  });

  test('another microphone is measured anew', async () => {
    const rig = new Rig();
    rig.isPlaying = true;
    await rig.play(0.2, 3);
    expect(rig.echo.leak).toBeDefined();
    rig.echo.attach(false);
    expect(rig.echo.leak).toBeUndefined();
    await rig.hear(0.07, 6, { played: 0.35 });
    expect(rig.log).toEqual(['suspected', 'started']);
  });
});

describe('while only a button interrupts', () => {
  test('speech does not count, nor does the last of the echo', async () => {
    const rig = new Rig();
    rig.echo.setInterruption('button');
    rig.isPlaying = true;
    await rig.hear(0.3, 20, { played: 0.3 });
    rig.isPlaying = false;
    await rig.hear(0.3, 8);
    expect(rig.log).toEqual([]);
    await rig.hear(0.0001, 20, { probability: 0.05 });
    await rig.hear(0.3, 4);
    expect(rig.log).toEqual(['suspected', 'started']);
    expect(rig.sentMs).toBeLessThan(600);
  });

  test('so it is, by itself, where the echo leaves no room for a voice, until it does', async () => {
    const rig = new Rig();
    rig.isPlaying = true;
    await rig.play(0.5, 2);
    expect(rig.hopeless).toEqual([]);
    await rig.play(0.5, 3);
    expect(rig.hopeless).toEqual([true]);
    await rig.hear(0.9, 10, { played: 0.3 });
    expect(rig.log).toEqual([]);
    await rig.play(0.001, 6);
    expect(rig.hopeless).toEqual([true, false]);
    await rig.hear(0.3, 4, { played: 0.3 });
    expect(rig.log).toEqual(['suspected', 'started']);
  });

  test('so it stays while the system silences the microphone', async () => {
    const rig = new Rig();
    rig.isPlaying = true;
    await rig.play(0.5, 5);
    await rig.hear(0, 200, { played: 0.3, probability: 0 });
    expect(rig.hopeless).toEqual([true]);
  });

  test('who chose the voice is heard over any echo', async () => {
    const rig = new Rig();
    rig.echo.setInterruption('voice');
    rig.isPlaying = true;
    await rig.play(0.5, 5);
    expect(rig.hopeless).toEqual([true]);
    await rig.hear(0.9, 6, { played: 0.3 });
    expect(rig.log).toEqual(['suspected', 'started']);
  });
});

test('what is left of an echo does not interrupt before it was measured', async () => {
  const rig = new Rig();
  rig.isPlaying = true;
  await rig.hear(0.001, 10);
  expect(rig.log).toEqual([]);
});

test('who speaks while the echo canceller learns, or coughs, is not left waiting for it', () => {
  const waits: boolean[] = [];
  const echo = new EchoGuard({ phases: { priming: (isPriming) => waits.push(isPriming) } });
  expect(echo.suspected()).toBe(false);
  echo.attach(true);
  expect(echo.suspected()).toBe(true);
  expect(waits).toEqual([true, false]);
  echo.primed();
  expect(echo.suspected()).toBe(false);
});
