import type { CallState } from '../../store/call-state.ts';
import type { Earcon } from './earcons.ts';

/** The sound that belongs to a change of the call's state, if any. */
export function earconBetween(before: CallState, now: CallState): Earcon | null {
  if (before.standing.kind === 'running' && now.standing.kind === 'over') return 'end';
  if (before.session === null && now.session !== null) return 'start';
  if (before.phase === 'hearing' && now.phase === 'thinking') return 'heard';
  return null;
}
