import type { EmitCallEvent } from '../../events/call-events.ts';
import type { Settled } from './listening.ts';
import type { ConversationOutput } from '../output.ts';
import type { BargeInVerdict } from '../../events/call-events.ts';
import type { Turn } from '../turn-taking.ts';

export interface SpokenTurn extends Settled {
  /** `refused`: no provider could have recognised it. */
  readonly kind: 'spoken' | 'refused';
  /** How it was judged, if a reply was being heard when it began. */
  readonly bargeIn?: BargeInVerdict | undefined;
}

/** What the person said, typed or asked for: one place in the order of speaking. */
export type UserTurn =
  | SpokenTurn
  | {
      readonly kind: 'typed';
      readonly turnId: string;
      readonly itemId: string;
      readonly text: string;
      readonly wantsAnswer: boolean;
      /** On the session clock. */
      readonly receivedMs: number;
    }
  /** An answer to what was said before is asked for. */
  | { readonly kind: 'requested'; readonly turnId: string; readonly receivedMs: number };

/** An utterance whose words are lost. */
export type LostTurn = SpokenTurn & {
  readonly outcome: Extract<Settled['outcome'], { readonly kind: 'failed' }>;
};

export function isLost(userTurn: UserTurn): userTurn is LostTurn {
  return 'outcome' in userTurn && userTurn.outcome.kind === 'failed';
}

/** Whether it wants an answer: coughs do not, nor does what was taken back or is lost. */
export function wantsAnswer(userTurn: UserTurn): boolean {
  if (!('outcome' in userTurn)) return userTurn.kind === 'requested' || userTurn.wantsAnswer;
  const { outcome, bargeIn } = userTurn;
  if (bargeIn === 'backchannel' || bargeIn === 'stop') return false;
  return outcome.kind === 'heard' && (outcome.text !== '' || outcome.unrecognised);
}

/** @param nowMs - on the session clock; now its words are there */
export function turnOf(userTurn: UserTurn, nowMs: number): Turn {
  const { turnId } = userTurn;
  if (!('outcome' in userTurn)) {
    const trigger = userTurn.kind === 'typed' ? 'text' : 'request';
    return { turnId, trigger, marks: { end_received: userTurn.receivedMs } };
  }
  return {
    turnId,
    trigger: 'speech',
    utterance: userTurn.number,
    marks: { ...userTurn.marks, asr_final: nowMs },
    asrSeconds: userTurn.audioMs / 1_000,
  };
}

/** Informs the client of the outcome of what it sent. */
export function sendOutcome(output: ConversationOutput, userTurn: UserTurn): void {
  if (!('outcome' in userTurn) || userTurn.bargeIn === 'backchannel') return;
  const { itemId, number: utterance, outcome } = userTurn;
  const item = { item_id: itemId, utterance };
  if (outcome.kind === 'heard') {
    const type = 'conversation.item.input_audio_transcription.completed';
    const { text: transcript, unrecognised } = outcome;
    const answers = wantsAnswer(userTurn) ? {} : { answer_follows: false };
    output.event({ type, ...item, transcript, ...(unrecognised && { unrecognised }), ...answers });
  } else if (outcome.kind === 'failed') {
    const { code, message, retryable } = outcome.error;
    const type = 'conversation.item.input_audio_transcription.failed';
    output.event({ type, ...item, error: { code, message, retryable } });
  }
}

/** Informs the observers of what was said; the response to a loss reports the loss. */
export function emitSaid(emit: EmitCallEvent, userTurn: UserTurn): void {
  const { turnId, kind } = userTurn;
  if (kind === 'typed') {
    const { itemId, text } = userTurn;
    emit({ type: 'text-typed', turnId, itemId, speech: { text } });
  }
  if (kind === 'typed' || kind === 'requested') {
    return emit({ type: 'turn-decided', turnId, why: kind, afterMs: null });
  }
  const { itemId, number: utterance, outcome, audioMs, finalMs, provider } = userTurn;
  if (outcome.kind === 'discarded' || userTurn.bargeIn === 'backchannel') {
    emit({ type: 'utterance-discarded', turnId, itemId, utterance, audioMs });
  } else if (outcome.kind === 'heard') {
    emit({
      type: 'utterance-final',
      turnId,
      itemId,
      utterance,
      provider,
      audioMs,
      finalMs,
      isUnrecognised: outcome.unrecognised,
      speech: { text: outcome.text },
    });
  }
}
