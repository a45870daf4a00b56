import { useEffect } from 'react';
import { useController } from './controller-context.ts';

/** Fetches the short sounds with the first call: before it there is nothing to hear. */
export function useEarcons(): void {
  const { call, settings } = useController();
  useEffect(() => {
    let end: (() => void) | undefined;
    let isOver = false;
    const begin = async (): Promise<void> => {
      const { startEarcons } = await import('./earcons.ts');
      if (!isOver) end = startEarcons(call, settings);
    };
    const unsubscribe = call.subscribe((state) => {
      if (state.standing.kind !== 'running') return;
      unsubscribe();
      // Without a network that would fetch them, a call begins without sounds.
      begin().catch(() => undefined);
    });
    return () => {
      isOver = true;
      unsubscribe();
      end?.();
    };
  }, [call, settings]);
}
