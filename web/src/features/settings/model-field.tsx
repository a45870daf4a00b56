import { useEffect } from 'react';
import { useStore } from 'zustand';
import { findLanguageModels, type LanguageModels, MODEL_OPTIONS } from '../../client/index.ts';
import { useSettings } from '../../client/react/index.ts';
import { Complaint } from '../../ui/complaint.tsx';
import { Download, useHelpChange } from './download.tsx';
import { SwitchField } from './switch-field.tsx';
import { createStore } from 'zustand/vanilla';
import { answerWithin } from '../../lib/answer-within.ts';

/** Lives as long as the page: a download goes on behind a closed dialog. */
const setup = createModelSetup(findLanguageModels(globalThis));

/** Whether there is a language model to switch on, as soon as the browser has said so. */
export function useHasModel(): boolean {
  useEffect(() => void setup.check(), []);
  return useStore(setup.store).kind !== 'absent';
}

/** Whether the browser's language model answers what the relay does not understand. */
export function ModelField() {
  const state = useStore(setup.store);
  const answers = useSettings(({ browserHelp }) => browserHelp.answers);
  const change = useHelpChange();
  const isDownloading = state.kind === 'downloading';
  const switchOn = async (): Promise<void> => {
    if (await setup.prepare()) change({ answers: true });
  };
  return (
    <>
      <SwitchField
        label="Answer open questions"
        hint={modelHint(state.kind, modelRunsHere(navigator as object))}
        checked={isDownloading || (answers && state.kind === 'ready')}
        onChange={(wanted) => {
          if (wanted) return void switchOn();
          if (isDownloading) setup.cancel();
          change({ answers: false });
        }}
      />
      {isDownloading && (
        <Download name="the model" share={state.share} onCancel={() => setup.cancel()} />
      )}
      <Complaint>
        {state.kind === 'failed' &&
          'Your browser could not get the model. Check the connection and the free space, then switch it on again.'}
      </Complaint>
    </>
  );
}

interface BrandedNavigator {
  readonly userAgentData?: { readonly brands: readonly { readonly brand: string }[] };
}

/**
 * What the switch for the browser's language model does, and what it costs.
 *
 * @param runsHere - as `modelRunsHere` says
 */
function modelHint(kind: ModelSetupState['kind'], runsHere: boolean): string {
  const what = 'Your browser’s own language model answers what Parley does not understand.';
  const where = runsHere
    ? 'It runs on this computer.'
    : 'Your browser decides whether it runs on this computer or at its maker.';
  const first = 'Your browser downloads it first: often some gigabytes.';
  return [what, where, ...(kind === 'ready' ? [] : [first])].join(' ');
}

/** The standard leaves it to the browser where its model runs; those made of Chromium run it themselves. */
function modelRunsHere(navigator: BrandedNavigator): boolean {
  const brands = navigator.userAgentData?.brands ?? [];
  return brands.some(({ brand }) => brand === 'Chromium');
}

/** A browser that does not answer by then has no model for us. */
const ANSWER_DEADLINE_MS = 5_000;

type ModelSetupState =
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
      const asked = models.availability(MODEL_OPTIONS).catch(() => 'unavailable' as const);
      const answer = await answerWithin(ANSWER_DEADLINE_MS, asked, 'unavailable' as const);
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
