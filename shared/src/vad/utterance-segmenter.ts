import { levelOf, rmsOf } from '../audio/level.ts';
import { toPcm16 } from '../audio/pcm16.ts';
import { speechPolicyFor } from './vad-policy.ts';
import type { AudibleEnd } from './audible-end.ts';
import {
  endOfHold,
  stepHold,
  type Hold,
  afterEndOfTurn,
  OFFSET_LAG_MS,
  QUIET,
  speechEndOf,
  stepGate,
  type GateFrame,
  type GateState,
} from './speech-gate.ts';
import {
  DetectorQueue,
  FRAME_MS,
  type FrameClock,
  type HeardFrame,
  type SpeechDetector,
  type SpeechFrame,
} from './speech-detector.ts';
import { UtteranceRecorder, type UtteranceChunk } from './utterance-recorder.ts';

export interface SegmenterOptions {
  readonly echo: {
    /** The microphone heard this, speech or not. */
    captured(frame: HeardFrame): void;
    /** Whether nothing that is heard at this moment may count, however loud it is. */
    isClosed(frame: HeardFrame, isPlaying: boolean): boolean;
  };
  now(): number;
  /** While we play, it takes clearer speech. */
  isPlaying(): boolean;
  onEvent(event: SegmenterEvent): void;
  /** Each 32 ms. Both are 0–1; the probability is the latest known. */
  onLevel(level: number, speechProbability: number): void;
}

/** What becomes of the microphone's frames. Instants are ms on our own clock. */
export type SegmenterEvent =
  /** Perhaps speech: the voice is held until it is sure. */
  | { readonly type: 'suspected' }
  /** What was suspected was not speech. */
  | { readonly type: 'misfire' }
  /** An utterance begins. Its chunks follow. `isHeld`: push-to-talk, not detected speech. */
  | { readonly type: 'started'; readonly onsetMs: number; readonly isHeld: boolean }
  /** The person is silent, perhaps only for a moment; the utterance stays open. */
  | { readonly type: 'paused'; readonly speechEndMs: number }
  | { readonly type: 'resumed'; readonly onsetMs: number }
  | { readonly type: 'chunk'; readonly chunk: UtteranceChunk }
  /** The utterance's last chunk was delivered. */
  | { readonly type: 'ended'; readonly speechEndMs: number }
  /** The key was pressed by mistake: the utterance's last chunk was delivered, for nothing. */
  | { readonly type: 'discarded' }
  /** The detector broke: only push-to-talk works from here on. */
  | { readonly type: 'detector-failed' };

/** Audio sent from before the onset, so that no soft consonant is lost. */
const PRE_ROLL_MS = 300;
/** How far back an utterance can begin: the pre-roll, and the frames that it took to be believed. */
const HISTORY_MS = 1_500;
/** −56 dBFS: softer sound while we play is left of an echo, not a person who interrupts. */
const SOFTEST_INTERRUPTION = 0.0016;
/** How long a released key waits for the frames that were captured before. */
const RELEASE_DEADLINE_MS = 500;

/**
 * Cuts utterances out of the microphone's frames (the states are in `speech-gate.ts`, the durations in
 * `vad-policy.ts`): from the pre-roll before the onset of speech
 * until the relay takes the turn as over, at the latest to the end of the redemption time; or for
 * as long as push-to-talk is held.
 */
export class UtteranceSegmenter<Frame extends SpeechFrame> {
  /** The relay's longest utterance; a longer one is continued as the next. */
  utteranceLimitMs = Number.POSITIVE_INFINITY;
  /** Whether the relay decides when a turn is over. */
  relayDecides = false;
  readonly #options: SegmenterOptions;
  readonly #recorder: UtteranceRecorder;
  readonly #queue: DetectorQueue<Frame>;
  #audibleEnd: AudibleEnd | undefined;
  #probability = 0;
  #gate: GateState = QUIET;
  #hold: Hold = { kind: 'up' };
  #releaseTimer: ReturnType<typeof setTimeout> | undefined;
  #muted = false;
  #paused = false;
  /** Undefined without a microphone. */
  #clock: FrameClock<Frame> | undefined;
  #utteranceStartMs = 0;
  /** Where the person went on after a pause: the relay may have taken the turn as over before. */
  #resumptionsMs: number[] = [];

  constructor(options: SegmenterOptions) {
    this.#options = options;
    this.#recorder = new UtteranceRecorder(HISTORY_MS, (chunk) =>
      options.onEvent({ type: 'chunk', chunk }),
    );
    this.#queue = new DetectorQueue({
      isBypassed: () => this.#hold.kind !== 'up',
      onFrame: (frame, probability) => {
        this.#probability = probability;
        this.hear(frame, probability);
      },
      onFailed: () => options.onEvent({ type: 'detector-failed' }),
    });
  }

  /** Whether nothing is being said, nor suspected of being speech. */
  get isIdle(): boolean {
    return this.#gate.kind === 'quiet' && this.#hold.kind === 'up' && !this.#recorder.isOpen;
  }

  /**
   * When the last of what was said was heard, by its samples; what the detector says if they do
   * not show it.
   *
   * @param speechEndMs - where the detector puts the end of speech
   */
  audibleEndMs(speechEndMs: number): number {
    return this.#audibleEnd?.near(speechEndMs + OFFSET_LAG_MS) ?? speechEndMs;
  }

  /** @param detector `none` if it could not be loaded: then only push-to-talk works */
  setDetector(detector: SpeechDetector | 'none'): void {
    this.#queue.setDetector(detector);
  }

  /**
   * A microphone was opened. If it replaces another, it continues the open utterance.
   *
   * @param audibleEnd that is to find the end of speech in its samples
   */
  attach(clock: FrameClock<Frame>, audibleEnd?: AudibleEnd): void {
    this.#clock = clock;
    this.#audibleEnd = audibleEnd;
  }

  /** The microphone is gone: what was open ends here. */
  detach(): void {
    this.#clock = undefined;
    this.#queue.clear();
    this.#abandon();
  }

  setMuted(muted: boolean): void {
    this.#muted = muted;
    if (muted && this.#hold.kind === 'up') this.#endNow();
  }

  /** While paused nothing becomes an utterance, held or not: the relay takes no speech. */
  setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#abandon();
  }

  /**
   * While held everything is speech, even when muted. Letting go ends what is open, also what began
   * without a hold: the person says that they have finished.
   */
  holdToTalk(held: boolean): void {
    const nowMs = this.#options.now();
    if (held && this.#hold.kind !== 'down') {
      if (this.#clock === undefined || this.#paused) return;
      clearTimeout(this.#releaseTimer);
      this.#hold = this.#heldSince(nowMs);
      const isPaused = this.#gate.kind === 'paused';
      this.#gate = QUIET;
      if (!this.#recorder.isOpen) this.#begin(nowMs);
      else if (isPaused) this.#resumed(nowMs);
      void this.#queue.drain();
    } else if (!held && this.#hold.kind !== 'released') {
      if (this.#hold.kind === 'up' && !this.#recorder.isOpen) return;
      const hold = this.#hold.kind === 'down' ? this.#hold : this.#heldSince(nowMs);
      this.#hold = { ...hold, kind: 'released', atMs: nowMs };
      this.#gate = QUIET;
      // Should the microphone have fallen silent, no frame would ever end it.
      this.#releaseTimer = setTimeout(() => {
        if (this.#hold.kind === 'released') this.#letGo(this.#hold);
      }, RELEASE_DEADLINE_MS);
    }
  }

  /** A hold that begins now. What was being said before belongs to it. */
  #heldSince(nowMs: number): Extract<Hold, { kind: 'down' }> {
    const speechEndMs = this.#recorder.isOpen ? speechEndOf(this.#gate, nowMs) : undefined;
    return { kind: 'down', sinceMs: nowMs, speechEndMs };
  }

  /**
   * The relay has ended the turn. If the person was already speaking again, the next utterance
   * begins at once, from before that speech: the relay ignores what was sent of it in the old one.
   *
   * @param speechEndMs where the turn ended
   */
  endOfTurn(speechEndMs: number): void {
    if (!this.#recorder.isOpen) return;
    this.#recorder.abandon(speechEndMs);
    const resumedMs = this.#resumptionsMs.find((ms) => ms > speechEndMs);
    const isGoingOn = this.#gate.kind === 'speaking' || this.#isHeldBeyond(speechEndMs);
    if (resumedMs !== undefined || isGoingOn) return this.#goOn(resumedMs ?? speechEndMs);
    this.#release();
    this.#gate = afterEndOfTurn(this.#gate);
    if (this.#gate.kind === 'tentative') this.#tell({ type: 'suspected' });
  }

  push(frame: Frame): void {
    this.#options.onLevel(levelOf(rmsOf(frame.samples)), this.#probability);
    this.#queue.push(frame);
  }

  /** A frame whose probability of speech is known. */
  hear(frame: Frame, probability: number): void {
    const startMs = this.#clock?.startOf(frame);
    if (startMs === undefined) return;
    const endMs = startMs + FRAME_MS;
    if (this.#paused || (this.#muted && this.#hold.kind === 'up')) {
      // Not even as the pre-roll of speech after unmuting.
      this.#recorder.forget();
      return;
    }
    this.#recorder.push({ samples: toPcm16(frame.samples), startMs });
    this.#audibleEnd?.push(frame.samples, startMs);
    const isOurs = this.#isOurs({ startMs, endMs, rms: rmsOf(frame.samples) });
    if (this.#hold.kind === 'up') this.#step({ probability: isOurs ? 0 : probability, startMs });
    else this.#stepHeld(this.#hold, { probability, endMs });
    if (this.#recorder.isOpen && endMs - this.#utteranceStartMs > this.utteranceLimitMs) {
      this.#endNow();
    }
  }

  /** Whether we heard ourselves. Sound heard while that may be is not kept as a pre-roll. */
  #isOurs(frame: HeardFrame): boolean {
    const { echo, isPlaying } = this.#options;
    echo.captured(frame);
    if (this.#hold.kind !== 'up' || this.#recorder.isOpen) return false;
    if (!echo.isClosed(frame, isPlaying())) return isPlaying() && frame.rms < SOFTEST_INTERRUPTION;
    this.#recorder.forget();
    return true;
  }

  #step(frame: GateFrame): void {
    const { relayDecides } = this;
    const policy = speechPolicyFor({ isPlaying: this.#options.isPlaying(), relayDecides });
    const { state, event } = stepGate(this.#gate, frame, policy);
    this.#gate = state;
    switch (event?.type) {
      case 'speech-suspected':
        return this.#tell({ type: 'suspected' });
      case 'speech-misfired':
        return this.#tell({ type: 'misfire' });
      case 'speech-confirmed':
        return this.#begin(event.onsetMs);
      case 'speech-paused':
        return this.#tell({ type: 'paused', speechEndMs: event.endMs });
      case 'speech-resumed':
        return this.#resumed(event.onsetMs);
      case 'speech-ended':
        return this.#end(event.endMs);
      case undefined:
    }
  }

  #stepHeld(
    before: Exclude<Hold, { kind: 'up' }>,
    frame: { probability: number; endMs: number },
  ): void {
    const hold = stepHold(before, frame);
    this.#hold = hold;
    // Speech before the key was let go is still on its way until a frame reaches beyond.
    if (hold.kind === 'released' && frame.endMs >= hold.atMs) this.#letGo(hold);
  }

  /** Whether the key is down, or was let go after more was said than the relay has taken. */
  #isHeldBeyond(speechEndMs: number): boolean {
    const hold = this.#hold;
    if (hold.kind !== 'released') return hold.kind === 'down';
    return (hold.speechEndMs ?? hold.atMs) > speechEndMs + FRAME_MS;
  }

  #release(): void {
    clearTimeout(this.#releaseTimer);
    this.#hold = { kind: 'up' };
  }

  #letGo(hold: Extract<Hold, { kind: 'released' }>): void {
    this.#release();
    const endMs = endOfHold(hold);
    if (endMs !== undefined) return this.#end(endMs);
    this.#recorder.end();
    this.#tell({ type: 'discarded' });
  }

  #begin(onsetMs: number): void {
    this.#utteranceStartMs = onsetMs - PRE_ROLL_MS;
    this.#resumptionsMs = [];
    this.#tell({ type: 'started', onsetMs, isHeld: this.#hold.kind !== 'up' });
    this.#recorder.begin(this.#utteranceStartMs);
  }

  #resumed(onsetMs: number): void {
    this.#resumptionsMs.push(onsetMs);
    this.#recorder.keepFrom(onsetMs - PRE_ROLL_MS);
    this.#tell({ type: 'resumed', onsetMs });
  }

  #goOn(onsetMs: number): void {
    this.#begin(onsetMs);
    const gate = this.#gate;
    if (gate.kind !== 'speaking' && gate.kind !== 'paused') return;
    // Speech before it has ended with the turn.
    this.#gate = { ...gate, onsetMs };
    if (gate.kind === 'paused')
      this.#tell({ type: 'paused', speechEndMs: speechEndOf(this.#gate, this.#options.now()) });
  }

  #end(speechEndMs: number): void {
    if (!this.#recorder.isOpen) return;
    this.#recorder.end();
    this.#tell({ type: 'ended', speechEndMs });
  }

  /** As if the key were up and no speech going on; nothing captured before is sent. */
  #abandon(): void {
    this.#release();
    this.#endNow();
    this.#recorder.forget();
  }

  /** Ends the utterance, or the suspicion of one, that is going on. */
  #endNow(): void {
    const gate = this.#gate;
    this.#gate = QUIET;
    if (gate.kind === 'tentative') this.#tell({ type: 'misfire' });
    this.#end(speechEndOf(gate, this.#options.now()));
  }

  #tell(event: SegmenterEvent): void {
    this.#options.onEvent(event);
  }
}
