import { PCM16_SCALE } from '@parley/shared/audio/pcm16';
import { SileroNetwork } from '@parley/shared/vad/silero-network';
import type { SileroWeights } from '@parley/shared/vad/silero-weights';
import { FRAME_MS, FRAME_SAMPLES } from '@parley/shared/vad/speech-detector';
import { UtteranceSegmenter, type SegmenterEvent } from '@parley/shared/vad/utterance-segmenter';
import type { SpeechFound } from './detector-protocol.ts';
import { LevelGate } from './level-gate.ts';

/**
 * Quiet frames that wait, and are heard if the level rises: 1.5 s, so that onsets are the same, and
 * what an utterance takes from before its onset is there.
 */
const WAITING_FRAMES = 48;
/** Of earlier quiet frames one in so many is kept: they sound alike. */
const ALIKE_FRAMES = 16;
/** Eight seconds: what the network heard before that leaves little in its memory. */
const KEPT_FRAMES = 16;

const CLOCK = { startOf: ({ startMs }: StreamFrame) => startMs };

interface StreamFrame {
  readonly samples: Float32Array;
  readonly startMs: number;
}

/**
 * The page's detector on one stream, whose relay decides when a turn is over.
 *
 * Between utterances the network rests while it is quiet: to find a frame quiet costs a hundredth of
 * what the network costs. When the level rises, the network catches up. It cannot leave the quiet
 * out, because it grows less sensitive over seconds of noise, and would find other onsets than the
 * page; but frames of steady noise sound alike, and only its memory has to go through all of them.
 */
export class DetectedStream {
  /** Our voice plays in the client: what leaks from its speaker must not interrupt us. */
  isPlaying = false;
  readonly #network: SileroNetwork;
  readonly #gate = new LevelGate();
  readonly #segmenter: UtteranceSegmenter<StreamFrame>;
  readonly #onFound: (found: SpeechFound) => void;
  /** A ring of frames: the latest are those that neither network nor segmenter has got yet. */
  readonly #frames = new Int16Array((WAITING_FRAMES + 1) * FRAME_SAMPLES);
  /** Frames since the beginning, those among them that wait, and samples of the next. */
  #count = 0;
  #waiting = 0;
  #filled = 0;
  /** Of the quiet frames that were passed over; `#unheard` counts them all. */
  #kept: Float32Array[] = [];
  #unheard = 0;
  #utterance = 0;

  /** @param longestMs - a longer utterance is continued as the next */
  constructor(weights: SileroWeights, longestMs: number, onFound: (found: SpeechFound) => void) {
    this.#network = new SileroNetwork(weights);
    this.#onFound = onFound;
    this.#segmenter = new UtteranceSegmenter<StreamFrame>({
      // What is ours is told by its level alone: the client's speaker is not known here.
      echo: { captured: () => {}, isClosed: () => false },
      now: () => this.#count * FRAME_MS,
      isPlaying: () => this.isPlaying,
      onEvent: (event) => this.#on(event),
      onLevel: () => {},
    });
    this.#segmenter.relayDecides = true;
    this.#segmenter.utteranceLimitMs = longestMs;
    this.#segmenter.attach(CLOCK);
  }

  /** @param samples - 16 kHz mono, any length */
  push(samples: Int16Array): void {
    for (let at = 0; at < samples.length;) {
      const length = Math.min(samples.length - at, FRAME_SAMPLES - this.#filled);
      const to = this.#slotOf(this.#count) + this.#filled;
      this.#frames.set(samples.subarray(at, at + length), to);
      at += length;
      this.#filled += length;
      if (this.#filled === FRAME_SAMPLES) this.#hear();
    }
  }

  /** The relay has ended the turn. @param endMs - where, in this stream */
  endOfTurn(utterance: number, endMs: number): void {
    if (utterance === this.#utterance) this.#segmenter.endOfTurn(endMs);
  }

  #hear(): void {
    const slot = this.#slotOf(this.#count);
    this.#filled = 0;
    this.#count += 1;
    this.#waiting += 1;
    const isOpen = this.#gate.isOpen(this.#frames.subarray(slot, slot + FRAME_SAMPLES));
    if (isOpen || !this.#segmenter.isIdle) this.#catchUp();
    else if (this.#waiting > WAITING_FRAMES) this.#passOver();
  }

  #passOver(): void {
    const frame = this.#count - this.#waiting;
    if (this.#unheard % ALIKE_FRAMES === 0) this.#kept.push(this.#samplesOf(frame));
    if (this.#kept.length > KEPT_FRAMES) this.#kept.shift();
    this.#unheard += 1;
    this.#waiting -= 1;
  }

  #catchUp(): void {
    if (this.#unheard > 0) {
      const count = Math.min(this.#unheard, KEPT_FRAMES * ALIKE_FRAMES);
      this.#network.hearAlike(this.#kept, count);
      this.#kept = [];
      this.#unheard = 0;
      // What it has of the time before must not be joined to what comes.
      this.#segmenter.detach();
      this.#segmenter.attach(CLOCK);
    }
    for (; this.#waiting > 0; this.#waiting -= 1) {
      const frame = this.#count - this.#waiting;
      const samples = this.#samplesOf(frame);
      const startMs = frame * FRAME_MS;
      this.#segmenter.hear({ samples, startMs }, this.#network.probabilityOf(samples));
    }
  }

  /** Where a frame lies in the ring. */
  #slotOf(frame: number): number {
    return (frame * FRAME_SAMPLES) % this.#frames.length;
  }

  #samplesOf(frame: number): Float32Array {
    const slot = this.#slotOf(frame);
    const samples = this.#frames.subarray(slot, slot + FRAME_SAMPLES);
    return Float32Array.from(samples, (sample) => sample * PCM16_SCALE);
  }

  #on(event: SegmenterEvent): void {
    const utterance = event.type === 'started' ? (this.#utterance += 1) : this.#utterance;
    switch (event.type) {
      case 'started':
        return this.#onFound({ type: 'speech-started', utterance, onsetMs: event.onsetMs });
      case 'chunk':
        return this.#onFound({ type: 'speech', utterance, ...event.chunk });
      case 'paused':
        return this.#onFound({ type: 'speech-paused', utterance, endMs: event.speechEndMs });
      case 'resumed':
        return this.#onFound({ type: 'speech-resumed', utterance, onsetMs: event.onsetMs });
      case 'ended':
        return this.#onFound({ type: 'speech-stopped', utterance, endMs: event.speechEndMs });
      // Held speech and a detector that must be loaded are the page's.
      case 'suspected':
      case 'misfire':
      case 'discarded':
      case 'detector-failed':
    }
  }
}
