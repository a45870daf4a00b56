import type { CloseReasonName, SessionLimits } from '@parley/shared';
import type { Limit } from '../events/call-events.ts';

/** The limit that ends a session with this reason. */
export const LIMIT_OF: { readonly [reason in CloseReasonName]?: Limit } = {
  durationLimit: 'session-duration',
  idle: 'idle',
  budgetExhausted: 'budget',
};

/** A session's connection to its client. Instants are ms on the relay's monotonic clock, without its stalls. */
export type SessionState =
  | {
      readonly kind: 'attached';
      /** The last sign of life of the connection. */
      readonly heardAtMs: number;
    }
  /** A resumed connection says first what it has received; until then nothing else is taken. */
  | {
      readonly kind: 'resuming';
      readonly sinceMs: number;
      /** When the connection before it was lost. */
      readonly lostAtMs: number;
    }
  /** The connection was lost; the session waits for another. */
  | { readonly kind: 'detached'; readonly sinceMs: number }
  | { readonly kind: 'closed' };

export type SessionVerdict =
  | { readonly kind: 'ok' }
  /** The connection shows no life: cut it, so that the client may resume. */
  | { readonly kind: 'dead-connection' }
  | { readonly kind: 'close'; readonly reason: CloseReasonName };

/** Missed heartbeats after which a connection counts as dead. */
const MISSED_HEARTBEATS = 2;
/** How long a resumed connection may take to say what it has received, however lively it is. */
const RESUME_DEADLINE_MS = 10_000;

/** What the passing of time alone means for a session. */
export function judge(
  state: SessionState,
  limits: SessionLimits,
  instants: { readonly nowMs: number; readonly startedAtMs: number; readonly activeAtMs: number },
): SessionVerdict {
  const { nowMs, startedAtMs, activeAtMs } = instants;
  switch (state.kind) {
    case 'closed':
      return { kind: 'ok' };
    case 'detached':
      return nowMs - state.sinceMs >= limits.resume_window_ms
        ? { kind: 'close', reason: 'sessionGone' }
        : { kind: 'ok' };
    case 'resuming':
    case 'attached':
      if (nowMs - startedAtMs >= limits.session_duration_ms) {
        return { kind: 'close', reason: 'durationLimit' };
      }
      if (nowMs - activeAtMs >= limits.idle_ms) return { kind: 'close', reason: 'idle' };
      return isDead(state, limits, nowMs) ? { kind: 'dead-connection' } : { kind: 'ok' };
  }
}

function isDead(
  state: Extract<SessionState, { readonly kind: 'attached' | 'resuming' }>,
  limits: SessionLimits,
  nowMs: number,
): boolean {
  return state.kind === 'resuming'
    ? nowMs - state.sinceMs >= RESUME_DEADLINE_MS
    : nowMs - state.heardAtMs >= limits.heartbeat_ms * MISSED_HEARTBEATS;
}

/** What a new connection makes of a session. */
export function attachedAs(
  how: 'created' | 'resuming',
  state: SessionState,
  nowMs: number,
): SessionState {
  return how === 'created'
    ? { kind: 'attached', heardAtMs: nowMs }
    : { kind: 'resuming', sinceMs: nowMs, lostAtMs: lostSince(state, nowMs) };
}

/** Since when the client of a session has been away; a connection that resumes nothing changes nothing. */
export function lostSince(state: SessionState, nowMs: number): number {
  if (state.kind === 'resuming') return state.lostAtMs;
  return state.kind === 'detached' ? state.sinceMs : nowMs;
}
