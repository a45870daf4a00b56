import { useEffect } from 'react';
import { useController } from '../features/call/controller-context.ts';
import { savesData } from './service-worker.ts';

/** What can begin a call, and what is near it. */
const STARTS_CALL = 'button, input, textarea';
const EVENTS = ['pointerover', 'pointerdown', 'focusin'] as const;
const TALKED_KEY = 'parley.talked';

/**
 * The detector, several megabytes, is loaded once a person shows that they want to talk: they come
 * near something that can be pressed. Those who have talked before want to again.
 */
export function useIntent(): void {
  const controller = useController();
  useEffect(() => {
    controller.preload();
    const over = new AbortController();
    const load = () => {
      over.abort();
      controller.loadDetector();
    };
    const unsubscribe = controller.call.subscribe(({ standing }) => {
      if (standing.kind === 'running') rememberTalking();
    });
    if (!savesData() && hasTalked()) load();
    const onEvent = ({ target }: Event) => {
      if (target instanceof Element && target.closest(STARTS_CALL) !== null) load();
    };
    for (const type of savesData() ? [] : EVENTS) {
      document.addEventListener(type, onEvent, { signal: over.signal, passive: true });
    }
    return () => {
      over.abort();
      unsubscribe();
    };
  }, [controller]);
}

/** Reading `localStorage` itself throws if the browser forbids it. */
function hasTalked(): boolean {
  try {
    return localStorage.getItem(TALKED_KEY) !== null;
  } catch {
    return false;
  }
}

function rememberTalking(): void {
  try {
    localStorage.setItem(TALKED_KEY, '1');
  } catch {
    // The next visit loads a moment later.
  }
}
