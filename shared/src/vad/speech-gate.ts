import { type SpeechPolicy, SPEECH_POLICY } from './vad-policy.ts';
import { FRAME_MS } from './speech-detector.ts';

/**
 * How much later than the true onset the first speech frame begins, and how much later than the
 * true end the last one ends: medians over short commands in three voices, loud and soft, with and
 * without noise (10th to 90th percentile: −12 to 55 and 60 to 110 ms).
 */
export const ONSET_LAG_MS = 15;
export const OFFSET_LAG_MS = 80;

/**
 * Whether the person speaks.
 *
 * - `quiet`: no
 * - `tentative`: perhaps; a few more speech frames confirm it, their absence is a misfire
 * - `speaking`: yes
 * - `paused`: silent for `pauseMs`, perhaps only for a moment; after `redemptionMs` it is over
 */
export type GateState =
  | { readonly kind: 'quiet' }
  | ({ readonly kind: 'tentative' } & Onset)
  | {
      readonly kind: 'speaking';
      readonly onsetMs: number;
      /** End of the last speech frame. */
      readonly speechEndMs: number;
      readonly silenceMs: number;
    }
  | {
      readonly kind: 'paused';
      readonly onsetMs: number;
      readonly speechEndMs: number;
      readonly silenceMs: number;
      /** What may be the speech that goes on. */
      readonly resumption: Onset | undefined;
    };

interface Onset {
  readonly onsetMs: number;
  readonly speechFrames: number;
  readonly framesSinceSpeech: number;
}

export type GateEvent =
  | { readonly type: 'speech-suspected' }
  | { readonly type: 'speech-confirmed'; readonly onsetMs: number }
  | { readonly type: 'speech-misfired' }
  /** `endMs` is the true end of speech so far. */
  | { readonly type: 'speech-paused'; readonly endMs: number }
  | { readonly type: 'speech-resumed'; readonly onsetMs: number }
  /** `endMs` is back-dated to the true end of speech. */
  | { readonly type: 'speech-ended'; readonly endMs: number };

export interface GateFrame {
  readonly probability: number;
  /** When the frame's first sample was captured, ms on any clock. */
  readonly startMs: number;
}

export interface GateStep {
  readonly state: GateState;
  readonly event?: GateEvent;
}

export const QUIET: GateState = { kind: 'quiet' };

/** Takes the gate one frame further. */
export function stepGate(state: GateState, frame: GateFrame, policy: SpeechPolicy): GateStep {
  const isSpeech = frame.probability >= policy.speechProbability;
  switch (state.kind) {
    case 'quiet':
      return isSpeech ? afterOnset(frame) : { state };
    case 'tentative':
      return isSpeech ? afterConfirmation(state, frame, policy) : afterDoubt(state, policy);
    case 'speaking':
      return isSpeech
        ? { state: speakingUntil(state.onsetMs, frame) }
        : afterSilence(state, frame.probability, policy);
    case 'paused':
      return isSpeech
        ? afterResumption(state, frame, policy)
        : afterPause(state, frame.probability, policy);
  }
}

/** The relay has taken the turn as over: what may be speech after it begins another utterance. */
export function afterEndOfTurn(state: GateState): GateState {
  if (state.kind !== 'paused') return state;
  return state.resumption === undefined ? QUIET : { kind: 'tentative', ...state.resumption };
}

/** When the speech that is going on, if any, ended or would have ended: for a forced end. */
export function speechEndOf(state: GateState, nowMs: number): number {
  return isUtterance(state) ? Math.min(nowMs, trueEnd(state)) : nowMs;
}

function afterOnset(frame: GateFrame): GateStep {
  const onsetMs = frame.startMs - ONSET_LAG_MS;
  return {
    state: { kind: 'tentative', onsetMs, speechFrames: 1, framesSinceSpeech: 0 },
    event: { type: 'speech-suspected' },
  };
}

function afterConfirmation(
  state: Extract<GateState, { kind: 'tentative' }>,
  frame: GateFrame,
  policy: SpeechPolicy,
): GateStep {
  const speechFrames = state.speechFrames + 1;
  if (speechFrames < policy.confirmFrames) {
    return { state: { ...state, speechFrames, framesSinceSpeech: 0 } };
  }
  const { onsetMs } = state;
  return { state: speakingUntil(onsetMs, frame), event: { type: 'speech-confirmed', onsetMs } };
}

function afterDoubt(
  state: Extract<GateState, { kind: 'tentative' }>,
  policy: SpeechPolicy,
): GateStep {
  const framesSinceSpeech = state.framesSinceSpeech + 1;
  if (framesSinceSpeech < policy.misfireFrames) return { state: { ...state, framesSinceSpeech } };
  return { state: QUIET, event: { type: 'speech-misfired' } };
}

function afterSilence(
  state: Extract<GateState, { kind: 'speaking' }>,
  probability: number,
  policy: SpeechPolicy,
): GateStep {
  // Between the two thresholds speech neither goes on nor runs out.
  if (probability >= policy.silenceProbability) return { state };
  const silenceMs = state.silenceMs + FRAME_MS;
  if (silenceMs >= policy.redemptionMs) return ended(state);
  if (silenceMs < policy.pauseMs) return { state: { ...state, silenceMs } };
  return {
    state: { ...state, kind: 'paused', silenceMs, resumption: undefined },
    event: { type: 'speech-paused', endMs: trueEnd(state) },
  };
}

function afterResumption(
  state: Extract<GateState, { kind: 'paused' }>,
  frame: GateFrame,
  policy: SpeechPolicy,
): GateStep {
  const { onsetMs, speechFrames } = state.resumption ?? {
    onsetMs: frame.startMs - ONSET_LAG_MS,
    speechFrames: 0,
  };
  if (speechFrames + 1 < policy.resumeFrames) {
    const resumption = { onsetMs, speechFrames: speechFrames + 1, framesSinceSpeech: 0 };
    return { state: { ...state, resumption } };
  }
  return {
    state: speakingUntil(state.onsetMs, frame),
    event: { type: 'speech-resumed', onsetMs },
  };
}

function afterPause(
  state: Extract<GateState, { kind: 'paused' }>,
  probability: number,
  policy: SpeechPolicy,
): GateStep {
  const isSilent = probability < policy.silenceProbability;
  const silenceMs = state.silenceMs + (isSilent ? FRAME_MS : 0);
  if (silenceMs >= policy.redemptionMs) return ended(state);
  return { state: { ...state, silenceMs, resumption: resumptionLater(state.resumption, policy) } };
}

function resumptionLater(onset: Onset | undefined, policy: SpeechPolicy): Onset | undefined {
  if (onset === undefined) return undefined;
  const framesSinceSpeech = onset.framesSinceSpeech + 1;
  return framesSinceSpeech < policy.misfireFrames ? { ...onset, framesSinceSpeech } : undefined;
}

type Utterance = Extract<GateState, { kind: 'speaking' | 'paused' }>;

function isUtterance(state: GateState): state is Utterance {
  return state.kind === 'speaking' || state.kind === 'paused';
}

function ended(state: Utterance): GateStep {
  return { state: QUIET, event: { type: 'speech-ended', endMs: trueEnd(state) } };
}

function speakingUntil(onsetMs: number, frame: GateFrame): GateState {
  return { kind: 'speaking', onsetMs, speechEndMs: frame.startMs + FRAME_MS, silenceMs: 0 };
}

function trueEnd(state: Utterance): number {
  return Math.max(state.onsetMs, state.speechEndMs - OFFSET_LAG_MS);
}

/** How the push-to-talk key stands. Instants are ms; the speech's end is known once there is some. */
export type Hold =
  | { readonly kind: 'up' }
  | { readonly kind: 'down'; readonly sinceMs: number; readonly speechEndMs: number | undefined }
  | {
      readonly kind: 'released';
      readonly sinceMs: number;
      readonly atMs: number;
      readonly speechEndMs: number | undefined;
    };

/** A key held for less, without speech, was touched by mistake. */
const MIN_HOLD_MS = 250;

/** After a frame of the microphone. */
export function stepHold<H extends Exclude<Hold, { kind: 'up' }>>(
  hold: H,
  frame: { readonly probability: number; readonly endMs: number },
): H {
  const isSpeech = frame.probability >= SPEECH_POLICY.speechProbability;
  return isSpeech ? { ...hold, speechEndMs: frame.endMs } : hold;
}

/** Where what was said ends; undefined if the key was touched by mistake. */
export function endOfHold(hold: Extract<Hold, { kind: 'released' }>): number | undefined {
  const { atMs, sinceMs, speechEndMs } = hold;
  if (speechEndMs === undefined && atMs - sinceMs < MIN_HOLD_MS) return undefined;
  return Math.min(atMs, speechEndMs ?? atMs);
}
