import { createStore } from 'zustand/vanilla';
import { installLanguage, localAvailability } from '../../client/index.ts';

/** A browser that does not answer by then recognises nothing on this computer. */
const ANSWER_DEADLINE_MS = 5_000;
/** Longest download of a language that is waited for. */
const DOWNLOAD_DEADLINE_MS = 15 * 60_000;

export type HearingSetupState =
  /** Nothing was asked of the browser yet, or it has answered. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'downloading' }
  /** It cannot recognise speech on this computer: whether its maker may is for the person to say. */
  | { readonly kind: 'only-remote' }
  /** The language could not be downloaded; it may be tried again. */
  | { readonly kind: 'failed' };

/**
 * Finds out where the browser can recognise speech, and downloads the language.
 *
 * The browser is asked once the person wants it, and not before: builds of Chromium without a
 * recogniser of their own do not answer, but crash the page.
 *
 * @param scope - the window
 */
export function createHearingSetup(scope: object) {
  const store = createStore<HearingSetupState>(() => ({ kind: 'idle' }));
  /** Which attempt is waited for: a browser's download cannot be stopped. */
  let generation = 0;
  const set = (state: HearingSetupState): void => store.setState(state, true);

  return {
    store,
    /**
     * From within the person's gesture, without which browsers download nothing. Never rejects.
     *
     * @param language - BCP 47
     * @returns whether speech is recognised on this computer now
     */
    async prepare(language: string): Promise<boolean> {
      generation += 1;
      const mine = generation;
      set({ kind: 'asking' });
      const answer = await within(
        ANSWER_DEADLINE_MS,
        localAvailability(scope, language),
        'unavailable' as const,
      );
      if (mine !== generation) return false;
      if (answer === 'unavailable') set({ kind: 'only-remote' });
      if (answer === 'available') set({ kind: 'idle' });
      if (answer === 'unavailable' || answer === 'available') return answer === 'available';
      set({ kind: 'downloading' });
      const isThere = await within(DOWNLOAD_DEADLINE_MS, installLanguage(scope, language), false);
      if (mine !== generation) return false;
      set({ kind: isThere ? 'idle' : 'failed' });
      return isThere;
    },
    /** Nothing is waited for, and nothing asked, any more. */
    reset(): void {
      generation += 1;
      set({ kind: 'idle' });
    },
  };
}

function within<T>(deadlineMs: number, work: Promise<T>, otherwise: T): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  const timer = setTimeout(() => resolve(otherwise), deadlineMs);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
