import { useCallback, useState } from 'react';

export interface Loaded<T> {
  readonly part: T | null;
  readonly failed: boolean;
  /** Fetches the part, unless it is there or on its way. */
  load(): void;
}

/**
 * A part of the page that is fetched when it is needed. Unlike with React's `lazy`, a fetch that
 * failed takes nothing else with it and can be tried again.
 */
export function useLoaded<T extends object>(fetchPart: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ readonly part: T | null; readonly failed: boolean }>({
    part: null,
    failed: false,
  });
  const load = useCallback(() => {
    fetchPart().then(
      (part) => setState({ part, failed: false }),
      () => setState({ part: null, failed: true }),
    );
  }, [fetchPart]);
  return { ...state, load };
}
