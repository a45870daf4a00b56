import { useEffect } from 'react';
import { useController } from '../../store/controller-context.ts';
import { createEarconPlayer, earconBetween } from './earcons.ts';

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
