import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SpeechFrame } from './speech-detector.ts';
import type { UtteranceChunk } from './utterance-recorder.ts';
import { UtteranceSegmenter, type SegmenterEvent } from './utterance-segmenter.ts';

const FRAME_MS = 32;
const FRAME = 512;

interface Network {
  /** Frames that a message takes from the page to the relay, and back. */
  readonly uplink: number;
  readonly downlink: number;
  /** Frames of silence after which the relay takes a turn as over. */
  readonly delay: number;
}

type Message =
  | { readonly type: 'started'; readonly onsetMs: number }
  | { readonly type: 'paused'; readonly endMs: number }
  | { readonly type: 'resumed' | 'stopped' }
  | { readonly type: 'chunk'; readonly chunk: UtteranceChunk };

/** Samples without a gap; the last is not among them. */
interface Stretch {
  readonly from: number;
  to: number;
}

/**
 * A page and a relay with a network between them. The n-th sample of the microphone is n, and the
 * relay keeps which samples it takes of each utterance.
 */
class Crossing {
  readonly taken: Stretch[][] = [];
  readonly started: number[] = [];
  readonly committedMs: number[] = [];
  readonly segmenter: UtteranceSegmenter<SpeechFrame & { readonly startMs: number }>;
  readonly #network: Network;
  readonly #probabilities: number[] = [];
  #toRelay: { readonly atFrame: number; readonly utterance: number; readonly message: Message }[] =
    [];
  #toPage: { readonly atFrame: number; readonly utterance: number; readonly endMs: number }[] = [];
  #frame = 0;
  #utterance = 0;
  #open: { readonly utterance: number; pause?: { endMs: number; since: number } } | undefined;

  constructor(network: Network) {
    this.#network = network;
    this.segmenter = new UtteranceSegmenter({
      echo: { captured: () => {}, isClosed: () => false },
      now: () => this.#frame * FRAME_MS,
      isPlaying: () => false,
      onEvent: (event) => this.#onSpeech(event),
      onLevel: () => {},
    });
    this.segmenter.relayDecides = true;
    this.segmenter.attach({ startOf: ({ startMs }) => startMs });
    this.segmenter.setDetector({ probabilityOf: async () => this.#probabilities.shift()! });
  }

  #onSpeech(event: SegmenterEvent): void {
    switch (event.type) {
      case 'started':
        this.#utterance += 1;
        return this.#send({ type: 'started', onsetMs: event.onsetMs });
      case 'paused':
        return this.#send({ type: 'paused', endMs: event.speechEndMs });
      case 'resumed':
        return this.#send({ type: 'resumed' });
      case 'chunk':
        return this.#send({ type: 'chunk', chunk: event.chunk });
      case 'ended':
        return this.#send({ type: 'stopped' });
      default:
    }
  }

  async hear(probability: number, frames: number): Promise<void> {
    for (let n = 0; n < frames; n += 1) {
      const index = this.#frame * FRAME;
      this.#frame += 1;
      this.#probabilities.push(probability);
      this.segmenter.push({
        samples: Float32Array.from({ length: FRAME }, (_, i) => signed(index + i) / 32_768),
        startMs: index / 16,
      });
      // The detector answers asynchronously.
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      this.#relay();
      this.#deliver();
    }
  }

  #send(message: Message): void {
    const atFrame = this.#frame + this.#network.uplink;
    this.#toRelay.push({ atFrame, utterance: this.#utterance, message });
  }

  #relay(): void {
    const due = this.#toRelay.filter(({ atFrame }) => atFrame <= this.#frame);
    this.#toRelay = this.#toRelay.filter(({ atFrame }) => atFrame > this.#frame);
    for (const { utterance, message } of due) this.#receive(utterance, message);
    const pause = this.#open?.pause;
    if (pause === undefined || this.#frame - pause.since < this.#network.delay) return;
    const atFrame = this.#frame + this.#network.downlink;
    this.#toPage.push({ atFrame, utterance: this.#open!.utterance, endMs: pause.endMs });
    this.committedMs.push(pause.endMs);
    this.#open = undefined;
  }

  #receive(utterance: number, message: Message): void {
    if (message.type === 'started') {
      this.#open = { utterance };
      this.taken.push([]);
      this.started.push(message.onsetMs);
      return;
    }
    if (this.#open?.utterance !== utterance) return;
    if (message.type === 'chunk') this.#take(message.chunk);
    else if (message.type === 'paused') {
      this.#open.pause = { endMs: message.endMs, since: this.#frame };
    } else if (message.type === 'resumed') delete this.#open.pause;
    else this.#open = undefined;
  }

  #take({ samples, startMs }: UtteranceChunk): void {
    const first = Math.round(startMs * 16);
    const wrong = samples.findIndex((sample, n) => sample !== signed(first + n));
    if (wrong !== -1) throw new Error(`${first + wrong} is dated wrongly.`);
    const utterance = this.taken.at(-1)!;
    const last = utterance.at(-1);
    const to = first + samples.length;
    if (last?.to === first) last.to = to;
    else utterance.push({ from: first, to });
  }

  #deliver(): void {
    const due = this.#toPage.filter(({ atFrame }) => atFrame <= this.#frame);
    this.#toPage = this.#toPage.filter(({ atFrame }) => atFrame > this.#frame);
    for (const { utterance, endMs } of due) {
      if (utterance === this.#utterance) this.segmenter.endOfTurn(endMs);
    }
  }
}

/** As 16 bits hold it. */
function signed(sample: number): number {
  return ((sample + 32_768) % 65_536) - 32_768;
}

/** What is left of it. */
function without(stretch: Stretch, taken: readonly Stretch[]): Stretch[] {
  return taken.reduce<Stretch[]>(
    (left, { from, to }) =>
      left.flatMap((each) =>
        [
          { from: each.from, to: Math.min(each.to, from) },
          { from: Math.max(each.from, to), to: each.to },
        ].filter((part) => part.from < part.to),
      ),
    [stretch],
  );
}

const SPOKEN = fc.record({
  speech: fc.integer({ min: 5, max: 40 }),
  silence: fc.integer({ min: 1, max: 40 }),
});

test('the relay takes all that is said, in order, also when a decision crosses it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(SPOKEN, { minLength: 1, maxLength: 8 }),
      fc.record({
        uplink: fc.integer({ min: 0, max: 30 }),
        downlink: fc.integer({ min: 0, max: 30 }),
        delay: fc.integer({ min: 1, max: 40 }),
      }),
      async (stretches, network) => {
        const crossing = new Crossing(network);
        const said: Stretch[] = [];
        let frame = 20;
        await crossing.hear(0.05, frame);
        for (const { speech, silence } of stretches) {
          said.push({ from: frame * FRAME, to: (frame + speech) * FRAME });
          await crossing.hear(0.9, speech);
          await crossing.hear(0.05, silence);
          frame += speech + silence;
        }
        await crossing.hear(0.05, 200);
        expect(crossing.taken.filter((utterance) => utterance.length > 1)).toEqual([]);
        const lost = said.map((each) => without(each, crossing.taken.flat()));
        expect(lost.flat()).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

test('what crosses a decision begins with its pre-roll, and with nothing of the turn before', async () => {
  const crossing = new Crossing({ uplink: 5, downlink: 5, delay: 4 });
  await crossing.hear(0.05, 20);
  await crossing.hear(0.9, 20);
  await crossing.hear(0.05, 12);
  await crossing.hear(0.9, 30);
  await crossing.hear(0.05, 60);
  expect(crossing.started).toHaveLength(2);
  const [, onsetMs] = crossing.started;
  expect(onsetMs).toBe(52 * FRAME_MS - 15);
  const fromMs = Math.max(onsetMs! - 300, crossing.committedMs[0]!);
  expect(crossing.taken[1]![0]!.from).toBe(fromMs * 16);
});
