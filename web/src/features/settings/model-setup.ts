import { createStore } from 'zustand/vanilla';
import { type LanguageModels, MODEL_OPTIONS } from '../../client/index.ts';

/** A browser that does not answer by then has no model for us. */
const ANSWER_DEADLINE_MS = 5_000;

export type ModelSetupState =
  /** Not known yet, or the browser has none. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'downloadable' }
  /** `share`: how much is there, 0–1. */
  | { readonly kind: 'downloading'; readonly share: number }
  | { readonly kind: 'ready' }
  /** The model could not be downloaded, or not be started; it may be tried again. */
  | { readonly kind: 'failed' };

/**
 * Whether the browser's language model can be used, and its download. The setup outlives the
 * dialog: a download goes on while the person talks.
 */
export function createModelSetup(models: LanguageModels | undefined) {
  const store = createStore<ModelSetupState>(() => ({ kind: 'absent' }));
  let download: AbortController | undefined;
  const set = (state: ModelSetupState): void => store.setState(state, true);

  return {
    store,
    /** Asks the browser; never rejects. */
    async check(): Promise<void> {
      if (models === undefined || download !== undefined) return;
      const answer = await Promise.race([
        models.availability(MODEL_OPTIONS).catch(() => 'unavailable' as const),
        new Promise<'unavailable'>((resolve) => {
          setTimeout(() => resolve('unavailable'), ANSWER_DEADLINE_MS);
        }),
      ]);
      if (download !== undefined) return;
      if (answer === 'available') set({ kind: 'ready' });
      else set({ kind: answer === 'unavailable' ? 'absent' : 'downloadable' });
    },
    /**
     * Makes the model ready, with a download if need be. From within the person's gesture, without
     * which browsers download nothing.
     *
     * @returns whether it is ready; false if it was cancelled
     */
    async prepare(): Promise<boolean> {
      if (store.getState().kind === 'ready') return true;
      if (models === undefined || download !== undefined) return false;
      const mine = new AbortController();
      const { signal } = mine;
      download = mine;
      set({ kind: 'downloading', share: 0 });
      try {
        const session = await models.create({
          ...MODEL_OPTIONS,
          signal,
          monitor: (monitor) =>
            monitor.addEventListener('downloadprogress', ({ loaded }) => {
              if (!signal.aborted) set({ kind: 'downloading', share: Math.min(1, loaded) });
            }),
        });
        session.destroy();
        if (signal.aborted) return false;
        set({ kind: 'ready' });
        return true;
      } catch {
        if (!signal.aborted) set({ kind: 'failed' });
        return false;
      } finally {
        if (download === mine) download = undefined;
      }
    },
    cancel(): void {
      download?.abort();
      download = undefined;
      set({ kind: 'downloadable' });
    },
  };
}
