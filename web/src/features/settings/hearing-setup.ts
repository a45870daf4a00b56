import { createStore } from 'zustand/vanilla';
import {
  findSpeechRecognition,
  installLanguage,
  localAvailability,
} from '../../engine/page-speech/speech-recognition.ts';

/** A browser that does not answer by then recognises nothing on this computer. */
const ANSWER_DEADLINE_MS = 5_000;
/** Longest download of a language that is waited for. */
const DOWNLOAD_DEADLINE_MS = 15 * 60_000;

export type HearingSetupState =
  /** Not known yet, or the browser has no recogniser. */
  | { readonly kind: 'absent' }
  /** It recognises speech, but not on this computer alone. */
  | { readonly kind: 'remote' }
  | { readonly kind: 'downloadable' }
  | { readonly kind: 'downloading' }
  | { readonly kind: 'local' }
  /** The language could not be downloaded; it may be tried again. */
  | { readonly kind: 'failed' };

/**
 * Whether the browser recognises speech, and where, and the download of the language.
 *
 * @param scope - the window
 */
export function createHearingSetup(scope: object, language: string) {
  const store = createStore<HearingSetupState>(() => ({ kind: 'absent' }));
  /** Which download is waited for: a browser's cannot be stopped, but no one need wait for it. */
  let generation = 0;
  const set = (state: HearingSetupState): void => store.setState(state, true);
  const isDownloading = (): boolean => store.getState().kind === 'downloading';

  return {
    store,
    /** Asks the browser; never rejects. */
    async check(): Promise<void> {
      if (findSpeechRecognition(scope) === undefined || isDownloading()) return;
      const answer = await within(
        ANSWER_DEADLINE_MS,
        localAvailability(scope, language),
        'unavailable' as const,
      );
      if (isDownloading()) return;
      if (answer === 'available') set({ kind: 'local' });
      else set({ kind: answer === 'unavailable' ? 'remote' : 'downloadable' });
    },
    /**
     * Downloads the language if need be. From within the person's gesture.
     *
     * @returns how speech is recognised then; `off` if that was cancelled, or failed
     */
    async prepare(): Promise<'local' | 'remote' | 'off'> {
      const { kind } = store.getState();
      if (kind === 'local' || kind === 'remote') return kind;
      if (kind === 'absent' || isDownloading()) return 'off';
      generation += 1;
      const mine = generation;
      set({ kind: 'downloading' });
      const isThere = await within(DOWNLOAD_DEADLINE_MS, installLanguage(scope, language), false);
      if (mine !== generation) return 'off';
      set({ kind: isThere ? 'local' : 'failed' });
      return isThere ? 'local' : 'off';
    },
    cancel(): void {
      generation += 1;
      set({ kind: 'downloadable' });
    },
  };
}

function within<T>(deadlineMs: number, work: Promise<T>, otherwise: T): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  const timer = setTimeout(() => resolve(otherwise), deadlineMs);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
