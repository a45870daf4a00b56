import { PCM16_SCALE } from '@parley/shared/audio/pcm16';
import { SileroNetwork } from '@parley/shared/vad/silero-network';
import type { SileroWeights } from '@parley/shared/vad/silero-weights';
import { FRAME_MS, FRAME_SAMPLES } from '@parley/shared/vad/speech-detector';
import { UtteranceSegmenter, type SegmenterEvent } from '@parley/shared/vad/utterance-segmenter';
import type { SpeechFound } from './detector-protocol.ts';
import { LevelGate } from './level-gate.ts';

/** Quiet frames that wait, and are heard if the level rises: a second, so that onsets are the same. */
const WAITING_FRAMES = 32;
/** Of earlier quiet frames one in so many is kept: they sound alike. */
const ALIKE_FRAMES = 16;
/** Eight seconds: what the network heard before that leaves little in its memory. */
const KEPT_FRAMES = 16;

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
  /** Frames that the segmenter has not got yet. */
  #waiting: StreamFrame[] = [];
  /** Of the quiet frames that it got unheard; `#unheard` counts them all. */
  #kept: Float32Array[] = [];
  #unheard = 0;
  #frame = new Float32Array(FRAME_SAMPLES);
  #filled = 0;
  #startMs = 0;
  #utterance = 0;

  /** @param longestMs - a longer utterance is continued as the next */
  constructor(weights: SileroWeights, longestMs: number, onFound: (found: SpeechFound) => void) {
    this.#network = new SileroNetwork(weights);
    this.#onFound = onFound;
    this.#segmenter = new UtteranceSegmenter<StreamFrame>({
      // What is ours is told by its level alone: the client's speaker is not known here.
      echo: { captured: () => {}, isClosed: () => false },
      now: () => this.#startMs,
      isPlaying: () => this.isPlaying,
      onEvent: (event) => this.#on(event),
      onLevel: () => {},
    });
    this.#segmenter.relayDecides = true;
    this.#segmenter.utteranceLimitMs = longestMs;
    this.#segmenter.attach({ startOf: ({ startMs }) => startMs });
  }

  /** @param samples - 16 kHz mono, any length */
  push(samples: Int16Array): void {
    for (const sample of samples) {
      this.#frame[this.#filled] = sample * PCM16_SCALE;
      this.#filled += 1;
      if (this.#filled === FRAME_SAMPLES) this.#hear();
    }
  }

  /** The relay has ended the turn. @param endMs - where, in this stream */
  endOfTurn(utterance: number, endMs: number): void {
    if (utterance === this.#utterance) this.#segmenter.endOfTurn(endMs);
  }

  #hear(): void {
    const frame = { samples: this.#frame, startMs: this.#startMs };
    this.#frame = new Float32Array(FRAME_SAMPLES);
    this.#filled = 0;
    this.#startMs += FRAME_MS;
    this.#waiting.push(frame);
    if (this.#gate.isOpen(frame.samples) || !this.#segmenter.isIdle) {
      this.#catchUp();
      for (const next of this.#waiting.splice(0)) {
        this.#segmenter.hear(next, this.#network.probabilityOf(next.samples));
      }
    } else if (this.#waiting.length > WAITING_FRAMES) {
      const quiet = this.#waiting.shift()!;
      this.#segmenter.hear(quiet, 0);
      if (this.#unheard % ALIKE_FRAMES === 0) this.#kept.push(quiet.samples);
      this.#unheard += 1;
      if (this.#kept.length > KEPT_FRAMES) this.#kept.shift();
    }
  }

  #catchUp(): void {
    const count = Math.min(this.#unheard, KEPT_FRAMES * ALIKE_FRAMES);
    this.#network.hearAlike(this.#kept, count);
    this.#kept = [];
    this.#unheard = 0;
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
