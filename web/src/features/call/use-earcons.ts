import { useEffect } from 'react';
import { useController } from './controller-context.ts';

/** Fetches the short sounds with the first call: before it there is nothing to hear. */
export function useEarcons(): void {
  const { call, settings } = useController();
  useEffect(() => {
    let end: (() => void) | undefined;
    let isOver = false;
    let isBegun = false;
    const begin = async (): Promise<void> => {
      const { startEarcons } = await import('./earcons.ts');
      if (!isOver) end = startEarcons(call, settings);
    };
    const unsubscribe = call.subscribe((state) => {
      if (state.standing.kind !== 'running' || isBegun) return;
      isBegun = true;
      // Without a network that would fetch them, a call begins without sounds; the next may have them.
      begin().then(unsubscribe, () => (isBegun = false));
    });
    return () => {
      isOver = true;
      unsubscribe();
      end?.();
    };
  }, [call, settings]);
}
