import { useEffect } from 'react';
import { useController } from '../../store/controller-context.ts';
import type { CallState } from '../../store/call-state.ts';
import { createEarconPlayer, type Earcon } from './earcons.ts';

/** Plays the short sounds as the call goes along, while the setting is on. */
export function useEarcons(): void {
  const { call, settings } = useController();
  useEffect(() => {
    const player = createEarconPlayer();
    const unsubscribe = call.subscribe((now, before) => {
      const earcon = settings.getState().earcons ? earconBetween(before, now) : null;
      if (earcon !== null) player.play(earcon);
    });
    return () => {
      unsubscribe();
      player.dispose();
    };
  }, [call, settings]);
}

/** The sound that belongs to a change of the call's state, if any. */
export function earconBetween(before: CallState, now: CallState): Earcon | null {
  if (before.standing.kind === 'running' && now.standing.kind === 'over') return 'end';
  if (before.session === null && now.session !== null) return 'start';
  if (before.phase === 'hearing' && now.phase === 'thinking') return 'heard';
  return null;
}
