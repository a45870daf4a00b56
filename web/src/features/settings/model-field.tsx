import { useEffect } from 'react';
import { useStore } from 'zustand';
import { findLanguageModels } from '../../client/index.ts';
import { useSettings } from '../call/controller-context.ts';
import { modelHint, modelRunsHere } from './browser-words.ts';
import { Complaint, Download } from './download.tsx';
import { createModelSetup } from './model-setup.ts';
import { SwitchField } from './switch-field.tsx';
import { useHelpChange } from './use-help-change.ts';

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
