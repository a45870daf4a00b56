import { levelOf, rmsOf } from '@parley/shared/audio/level';
import { toPcm16 } from '@parley/shared/audio/pcm16';
import type { ContextClock } from './context-clock.ts';
import {
  ECHO_GUARD_POLICY,
  MAX_WAITING_FRAMES,
  MIN_HOLD_MS,
  PRE_ROLL_MS,
  SPEECH_POLICY,
} from '../../lib/media-policy.ts';
import { FRAME_MS, type CapturedBlock } from '../../messages/capture-messages.ts';
import { QUIET, speechEndOf, stepGate, type GateState } from './speech-gate.ts';
import { UtteranceRecorder, type UtteranceChunk } from './utterance-recorder.ts';

/** Tells speech from everything else, frame by frame. */
export interface SpeechDetector {
  /** @param frame 512 samples at 16 kHz. @returns 0–1 */
  probabilityOf(frame: Float32Array): Promise<number>;
}

export interface ListenerOptions {
  readonly contextClock: ContextClock;
  now(): number;
  /** While we play, it takes clearer speech. */
  isPlaying(): boolean;
  /** Perhaps speech: fall silent, to be sure. */
  onSuspected(): void;
  /** It was none. */
  onDismissed(): void;
  /** Speech: an utterance begins. Its chunks follow. */
  onStarted(onsetMs: number): void;
  onChunk(chunk: UtteranceChunk): void;
  /** The utterance's last chunk was delivered. */
  onEnded(speechEndMs: number): void;
  /** The key was pressed by mistake: the utterance's last chunk was delivered, for nothing. */
  onDiscarded(): void;
  /** The detector broke: only push-to-talk works from here on. */
  onDetectorFailed(): void;
  /** Each 32 ms. Both are 0–1; the probability is the latest known. */
  onLevel(level: number, speechProbability: number): void;
}

/** How push-to-talk stands. */
type Hold =
  | { readonly kind: 'up' }
  | { readonly kind: 'down'; readonly sinceMs: number; readonly speechEndMs: number | undefined }
  | {
      readonly kind: 'released';
      readonly sinceMs: number;
      readonly atMs: number;
      readonly speechEndMs: number | undefined;
    };

/** How far back an utterance can begin: the pre-roll, and the frames that it took to be believed. */
const HISTORY_MS = 1_500;
/** How long a released key waits for the frames that were captured before. */
const RELEASE_DEADLINE_MS = 500;
/** Sample positions are trusted over clock readings until they are this far apart. */
const CLOCK_SLACK_MS = 10;
const SAMPLES_PER_MS = 16;

/** The microphone's frames on their way to being utterances. */
export class MicrophoneListener {
  readonly #options: ListenerOptions;
  readonly #recorder: UtteranceRecorder;
  #detector: SpeechDetector | 'loading' | 'none' = 'loading';
  #waiting: CapturedBlock[] = [];
  #draining = false;
  #probability = 0;
  #gate: GateState = QUIET;
  #hold: Hold = { kind: 'up' };
  #releaseTimer: ReturnType<typeof setTimeout> | undefined;
  #muted = false;
  #deaf = false;
  #attached = false;
  #latencyMs = 0;
  /** When sample 0 of the microphone was captured. */
  #originMs: number | undefined;
  #utteranceLimitMs = Number.POSITIVE_INFINITY;
  #utteranceStartMs = 0;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#recorder = new UtteranceRecorder(HISTORY_MS, (chunk) => options.onChunk(chunk));
  }

  /** Whether an utterance is open. */
  get isHearing(): boolean {
    return this.#recorder.isOpen;
  }

  /** @param detector `none` where it could not be loaded: then only push-to-talk works */
  setDetector(detector: SpeechDetector | 'none'): void {
    this.#detector = detector;
    void this.#drain();
  }

  /** The relay's longest utterance; a longer one is continued as the next. */
  setUtteranceLimit(limitMs: number): void {
    this.#utteranceLimitMs = limitMs;
  }

  /** A microphone was opened. @param latencyMs from its membrane to the audio context */
  attach(latencyMs: number): void {
    this.#attached = true;
    this.#latencyMs = latencyMs;
    this.#originMs = undefined;
  }

  /** The microphone is gone, or changed: what was open ends here. */
  detach(): void {
    this.#attached = false;
    this.#waiting = [];
    clearTimeout(this.#releaseTimer);
    this.#hold = { kind: 'up' };
    this.#silence();
    this.#recorder.forget();
  }

  setMuted(muted: boolean): void {
    this.#muted = muted;
    if (muted && this.#hold.kind === 'up') this.#silence();
  }

  /** Nothing becomes an utterance, held or not: the relay takes no speech. Levels go on. */
  setDeaf(deaf: boolean): void {
    if (deaf === this.#deaf) return;
    this.#deaf = deaf;
    if (!deaf) return;
    clearTimeout(this.#releaseTimer);
    this.#hold = { kind: 'up' };
    this.#silence();
    this.#recorder.forget();
  }

  /** While held everything is speech, even when muted. */
  holdToTalk(held: boolean): void {
    const nowMs = this.#options.now();
    if (held && this.#hold.kind !== 'down') {
      if (!this.#attached || this.#deaf) return;
      clearTimeout(this.#releaseTimer);
      this.#hold = { kind: 'down', sinceMs: nowMs, speechEndMs: undefined };
      this.#gate = QUIET;
      if (!this.#recorder.isOpen) this.#begin(nowMs);
      void this.#drain();
    } else if (!held && this.#hold.kind === 'down') {
      this.#hold = { ...this.#hold, kind: 'released', atMs: nowMs };
      // Should the microphone have fallen silent, no frame would ever end it.
      this.#releaseTimer = setTimeout(() => {
        if (this.#hold.kind === 'released') this.#letGo(this.#hold);
      }, RELEASE_DEADLINE_MS);
    }
  }

  push(block: CapturedBlock): void {
    this.#options.onLevel(levelOf(rmsOf(block.samples)), this.#probability);
    this.#waiting.push(block);
    if (this.#waiting.length > MAX_WAITING_FRAMES) this.#waiting.shift();
    void this.#drain();
  }

  /** One frame at a time: the detector's state makes order matter. */
  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    try {
      while (this.#waiting.length > 0) {
        if (this.#detector === 'loading' && this.#hold.kind === 'up') return;
        const block = this.#waiting.shift()!;
        this.#probability = await this.#probabilityOf(block.samples);
        this.#frame(block, this.#probability);
      }
    } finally {
      this.#draining = false;
    }
  }

  async #probabilityOf(samples: Float32Array): Promise<number> {
    if (typeof this.#detector === 'string') return 0;
    try {
      return await this.#detector.probabilityOf(samples);
    } catch {
      this.#detector = 'none';
      this.#options.onDetectorFailed();
      return 0;
    }
  }

  #frame(block: CapturedBlock, probability: number): void {
    const startMs = this.#startOf(block);
    if (startMs === undefined) return;
    const endMs = startMs + FRAME_MS;
    if (this.#deaf || (this.#muted && this.#hold.kind === 'up')) {
      // Not even as the pre-roll of what is said after unmuting.
      this.#recorder.forget();
      return;
    }
    this.#recorder.push({ samples: toPcm16(block.samples), startMs });
    if (this.#hold.kind === 'up') this.#step({ probability, startMs, endMs });
    else this.#stepHeld(this.#hold, { probability, endMs });
    if (this.#recorder.isOpen && endMs - this.#utteranceStartMs > this.#utteranceLimitMs) {
      this.#silence();
    }
  }

  #step(frame: { probability: number; startMs: number; endMs: number }): void {
    const policy = this.#options.isPlaying() ? ECHO_GUARD_POLICY : SPEECH_POLICY;
    const { state, event } = stepGate(this.#gate, frame, policy);
    this.#gate = state;
    switch (event?.type) {
      case 'speech-suspected':
        return this.#options.onSuspected();
      case 'speech-dismissed':
        return this.#options.onDismissed();
      case 'speech-confirmed':
        return this.#begin(event.onsetMs);
      case 'speech-ended':
        return this.#end(event.endMs);
      case undefined:
    }
  }

  #stepHeld(
    hold: Exclude<Hold, { kind: 'up' }>,
    frame: { probability: number; endMs: number },
  ): void {
    const isSpeech = frame.probability >= SPEECH_POLICY.speechProbability;
    const speechEndMs = isSpeech ? frame.endMs : hold.speechEndMs;
    this.#hold = { ...hold, speechEndMs };
    // What was said before the key was let go is still on its way until a frame reaches beyond.
    if (hold.kind === 'released' && frame.endMs >= hold.atMs) this.#letGo({ ...hold, speechEndMs });
  }

  #letGo({ atMs, sinceMs, speechEndMs }: Extract<Hold, { kind: 'released' }>): void {
    clearTimeout(this.#releaseTimer);
    this.#hold = { kind: 'up' };
    if (speechEndMs === undefined && atMs - sinceMs < MIN_HOLD_MS) {
      this.#recorder.end();
      this.#options.onDiscarded();
    } else {
      this.#end(Math.min(atMs, speechEndMs ?? atMs));
    }
  }

  #begin(onsetMs: number): void {
    this.#utteranceStartMs = onsetMs - PRE_ROLL_MS;
    this.#options.onStarted(onsetMs);
    this.#recorder.begin(this.#utteranceStartMs);
  }

  #end(speechEndMs: number): void {
    if (!this.#recorder.isOpen) return;
    this.#recorder.end();
    this.#options.onEnded(speechEndMs);
  }

  /** Whatever is going on with speech ends now. */
  #silence(): void {
    const gate = this.#gate;
    this.#gate = QUIET;
    if (gate.kind === 'tentative') this.#options.onDismissed();
    this.#end(speechEndOf(gate, this.#options.now()));
  }

  #startOf(block: CapturedBlock): number | undefined {
    const { contextClock } = this.#options;
    const capturedMs = contextClock.toLocalMs(block.contextTimeS);
    if (capturedMs === undefined) return undefined;
    const offsetMs = block.index / SAMPLES_PER_MS;
    const originMs = capturedMs - this.#latencyMs - offsetMs;
    if (this.#originMs === undefined || Math.abs(originMs - this.#originMs) > CLOCK_SLACK_MS) {
      this.#originMs = originMs;
    }
    return this.#originMs + offsetMs;
  }
}
