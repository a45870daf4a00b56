import { SPEECH_POLICY } from '../../messages/vad-policy.ts';

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
