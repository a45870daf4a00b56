import { useEffect } from 'react';
import { useStore } from 'zustand';
import { findLanguageModels } from '../../engine/page-model/language-model.ts';
import { useController, useSettings } from '../../store/controller-context.ts';
import { Button } from '../../ui/button.tsx';
import { createModelSetup, type ModelSetupState } from './model-setup.ts';
import { modelHint } from './browser-words.ts';
import { SwitchField } from './switch-field.tsx';
import privacy from './privacy-section.module.css';
import styles from './settings-dialog.module.css';

/** Lives as long as the page: see `createModelSetup`. */
const model = createModelSetup(findLanguageModels(globalThis));

/** What this browser can do by itself; nothing if it can do nothing, or the relay needs no help. */
export function BrowserSection() {
  const state = useStore(model.store);
  const isNeeded = useStore(useController().providers)?.generator === 'embedded';
  useEffect(() => void model.check(), []);
  if (!isNeeded || state.kind === 'absent') return null;
  return (
    <section className={styles.section} aria-label="This browser">
      <h3 className={styles.heading}>This browser</h3>
      <ModelField state={state} />
    </section>
  );
}

function ModelField({ state }: { readonly state: ModelSetupState }) {
  const { changeSettings } = useController();
  const isOn = useSettings(({ pageModel }) => pageModel);
  const isDownloading = state.kind === 'downloading';
  const switchOn = async (): Promise<void> => {
    if (await model.prepare()) changeSettings({ pageModel: true });
  };
  return (
    <>
      <SwitchField
        label="Answer open questions"
        hint={modelHint(state.kind)}
        checked={isDownloading || (isOn && state.kind === 'ready')}
        onChange={(wanted) => {
          if (wanted) return void switchOn();
          if (isDownloading) model.cancel();
          changeSettings({ pageModel: false });
        }}
      />
      {isDownloading && <Download share={state.share} />}
      <p className={privacy.complaint} role="alert">
        {state.kind === 'failed' &&
          'Your browser could not get the model. Check the connection and the free space, then switch it on again.'}
      </p>
    </>
  );
}

function Download({ share }: { readonly share: number }) {
  const percent = Math.floor(share * 100);
  return (
    <div className={privacy.actions}>
      <progress aria-label="Download of the model" value={percent} max={100} />
      <span>{percent} %</span>
      <Button look="plain" onClick={() => model.cancel()}>
        Cancel the download
      </Button>
    </div>
  );
}
