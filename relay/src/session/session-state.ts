import type { CloseReasonName, SessionLimits } from '@parley/shared';

/** A session's connection to its client. Instants are ms on the relay's monotonic clock, without its stalls. */
export type SessionState =
  | {
      readonly kind: 'attached';
      /** The last sign of life of the connection. */
      readonly heardAtMs: number;
      /** A resumed connection says first what it has received; until then nothing else is taken. */
      readonly awaitsResume: boolean;
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
    case 'attached':
      if (nowMs - startedAtMs >= limits.session_duration_ms) {
        return { kind: 'close', reason: 'durationLimit' };
      }
      if (nowMs - activeAtMs >= limits.idle_ms) return { kind: 'close', reason: 'idle' };
      return nowMs - state.heardAtMs >= limits.heartbeat_ms * MISSED_HEARTBEATS
        ? { kind: 'dead-connection' }
        : { kind: 'ok' };
  }
}
