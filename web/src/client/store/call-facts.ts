import type {
  MediaNotice,
  MicrophoneRefusal,
  MicrophoneResult,
  WithheldMedia,
} from '../messages/media-messages.ts';
import { SignInError } from '../account/account-issuer.ts';
import type { TokenError } from '../account/provided-token.ts';
import type { ConversationState } from './conversation-state.ts';
import type { CloseReason } from '@parley/shared/close-codes';

export type MicrophoneState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'asking' }
  | {
      readonly kind: 'granted';
      /** Another one took over by itself and was not talked into yet; '' if it has no name. */
      readonly switchedTo?: string;
    }
  | { readonly kind: 'refused'; readonly refusal: MicrophoneRefusal }
  /** A typed call: not asked for. */
  | { readonly kind: 'unwanted' };

/** What there is to say of a call that is over. */
export interface CallFigures {
  readonly durationMs: number;
  /** null if the relay never said. */
  readonly costUsd: number | null;
}

export interface CallError {
  readonly code:
    | Extract<MediaNotice, { type: 'error' }>['code']
    | 'page_misconfigured'
    | 'sign_out_untold'
    | 'token_unavailable';
  readonly message: string;
}

/** A conversation of the history that a call continues. */
export interface ContinuedConversation {
  readonly id: string;
  readonly items: ConversationState;
}

export interface Outage {
  /** On the page's clock. */
  readonly sinceMs: number;
  /** When the next attempt begins, on the page's clock; null while one runs. */
  readonly nextTryAtMs: number | null;
  /** What a call's last attempt met with; null before one. Names the relay's address. */
  readonly fault: CallError | null;
}

export interface CallCost {
  readonly usd: number;
  /** null: without a limit. */
  readonly budgetUsd: number | null;
  /** A budget is nearly used up. */
  readonly isWarning: boolean;
}

export interface CallEnding {
  readonly reason: 'duration' | 'budget';
  /** On the page's clock. */
  readonly atMs: number;
}

/** @returns null if no session had begun, so that no call took place */
export function callFigures(
  sinceMs: number | null,
  cost: { readonly usd: number } | null,
  atMs: number,
): CallFigures | null {
  return sinceMs === null ? null : { durationMs: atMs - sinceMs, costUsd: cost?.usd ?? null };
}

interface Failing {
  readonly outage: Outage | null;
  readonly error: CallError | null;
}

export function withOutage<T extends Failing>(state: T, atMs: number, change: Partial<Outage>): T {
  const outage = { sinceMs: atMs, nextTryAtMs: null, fault: null, ...state.outage, ...change };
  return { ...state, outage };
}

/** What the notice of an outage says is no complaint beside it. */
export function withError<T extends Failing>(state: T, atMs: number, said: CallError): T {
  const error = { code: said.code, message: said.message };
  const isAway = error.code === 'network_unreachable' || error.code === 'not_a_relay';
  return isAway ? withOutage(state, atMs, { fault: error }) : { ...state, error };
}

export function microphoneAfter(result: MicrophoneResult): MicrophoneState {
  return result.ok ? { kind: 'granted' } : { kind: 'refused', refusal: result.refusal };
}

/** The person was heard by the microphone that took over: it needs no more mention. */
export function talkedInto(state: MicrophoneState): MicrophoneState {
  return state.kind === 'granted' && state.switchedTo !== undefined ? { kind: 'granted' } : state;
}

/** What the system keeps from the call: without sound, the microphone is the lesser loss. */
export function withheld(system: WithheldMedia) {
  if (system.sound) return 'sound';
  if (system.microphone) return 'microphone';
  return system.signal ? 'signal' : 'nothing';
}

/**
 * The levels of this instant, about thirty times a second. In a store of their own, so that no
 * level ever causes React to render.
 */
export interface Levels {
  /** 0–1 and perceptual, as `voice` is. */
  readonly microphone: number;
  readonly voice: number;
  /** 0–1 */
  readonly speechProbability: number;
}

export const SILENCE: Levels = { microphone: 0, voice: 0, speechProbability: 0 };

/** Why a call ended before the relay had a say in it; the code is the first that is not reserved. */
const MISCONFIGURED = {
  code: 4000,
  reason: 'page_misconfigured',
  retry: 'never',
  message: 'This page is not set up correctly.',
} as const satisfies CloseReason;

export const NOT_SIGNED_IN = {
  code: 4000,
  reason: 'unauthorized',
  retry: 'never',
  message: 'Sign in to talk.',
} as const satisfies CloseReason;

const SIGN_IN_UNREACHABLE = {
  code: 4000,
  reason: 'sign_in_unreachable',
  retry: 'later',
  message: 'Your sign-in could not be renewed. Please try again.',
} as const satisfies CloseReason;

export const FAILED_TO_START = {
  code: 4000,
  reason: 'start_failed',
  retry: 'later',
  message: 'The call could not be started. Please try again.',
} as const satisfies CloseReason;

/** What names the relay cannot be understood. */
export class MisconfiguredError extends Error {
  readonly code = 'page_misconfigured';
  readonly reason = MISCONFIGURED;
}

/** Why a call could not be started; `error` is for the developers of the page around it. */
export function whyNotStarted(error: unknown): {
  readonly reason: CloseReason;
  readonly error?: CallError;
} {
  if (error instanceof SignInError) return { reason: SIGN_IN_UNREACHABLE };
  const {
    reason = FAILED_TO_START,
    code,
    message = '',
  } = error as Partial<TokenError | MisconfiguredError>;
  return code === undefined ? { reason } : { reason, error: { code, message } };
}

export const NOT_TOLD = {
  code: 'sign_out_untold',
  message:
    'You are signed out here. The server did not answer, so calls on other devices may go on.',
} as const;

export const NOT_KEPT = {
  code: 'not_found',
  message: 'The earlier conversation is not kept any more. A new one has begun.',
} as const;
