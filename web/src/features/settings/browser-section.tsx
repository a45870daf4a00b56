import { useEffect, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { findLanguageModels } from '../../engine/page-model/language-model.ts';
import { recognitionLanguage } from '../../engine/page-speech/recognition-language.ts';
import type { BrowserHelp } from '../../messages/browser-help.ts';
import { useCall, useController, useSettings } from '../../store/controller-context.ts';
import { Button } from '../../ui/button.tsx';
import { hearingHint, modelHint, modelRunsHere } from './browser-words.ts';
import { createHearingSetup, type HearingSetupState } from './hearing-setup.ts';
import { createModelSetup, type ModelSetupState } from './model-setup.ts';
import { SwitchField } from './switch-field.tsx';
import privacy from './privacy-section.module.css';
import styles from './settings-dialog.module.css';

/** Both live as long as the page: a download goes on while the person talks. */
const model = createModelSetup(findLanguageModels(globalThis));
const hearing = createHearingSetup(globalThis, recognitionLanguage(navigator.language));

/** What this browser can do by itself; nothing if it can do nothing, or the relay needs no help. */
export function BrowserSection() {
  const modelState = useStore(model.store);
  const hearingState = useStore(hearing.store);
  const { needsModel, needsHearing } = useNeeds();
  useEffect(() => {
    void model.check();
    void hearing.check();
  }, []);
  const showsModel = needsModel && modelState.kind !== 'absent';
  const showsHearing = needsHearing && hearingState.kind !== 'absent';
  if (!showsModel && !showsHearing) return null;
  return (
    <section className={styles.section} aria-label="This browser">
      <h3 className={styles.heading}>This browser</h3>
      {showsHearing && <HearingField state={hearingState} />}
      {showsModel && <ModelField state={modelState} />}
    </section>
  );
}

/** What the relay would take: in a call it says so itself. */
function useNeeds(): { readonly needsModel: boolean; readonly needsHearing: boolean } {
  const providers = useStore(useController().providers);
  const session = useCall((state) => state.session);
  const hears = useSettings(({ browserHelp }) => browserHelp.hears);
  if (session !== null) {
    return {
      needsModel: session.page_model !== undefined,
      needsHearing: session.page_recogniser !== undefined,
    };
  }
  // The browser itself stands here after a call in which it listened.
  const isOwn = providers?.transcriber === 'browser' && hears !== 'off';
  return {
    needsModel: providers?.generator === 'embedded',
    needsHearing: providers?.transcriber === 'embedded' || isOwn,
  };
}

/** Changes a part of what is switched on by then: a download may have taken long. */
function useChange(): (part: Partial<BrowserHelp>) => void {
  const { settings, changeSettings } = useController();
  return (part) => changeSettings({ browserHelp: { ...settings.getState().browserHelp, ...part } });
}

function HearingField({ state }: { readonly state: HearingSetupState }) {
  const hears = useSettings(({ browserHelp }) => browserHelp.hears);
  const change = useChange();
  const isDownloading = state.kind === 'downloading';
  return (
    <>
      <SwitchField
        label="Understand any words"
        hint={hearingHint(state.kind)}
        checked={isDownloading || hears === state.kind}
        onChange={(wanted) => {
          if (wanted) return void hearing.prepare().then((way) => change({ hears: way }));
          if (isDownloading) hearing.cancel();
          change({ hears: 'off' });
        }}
      />
      {isDownloading && (
        <Download label="Download of the language" onCancel={() => hearing.cancel()} />
      )}
      <Complaint>
        {state.kind === 'failed' &&
          'Your browser could not get the language. Check the connection, then switch it on again.'}
      </Complaint>
    </>
  );
}

function ModelField({ state }: { readonly state: ModelSetupState }) {
  const answers = useSettings(({ browserHelp }) => browserHelp.answers);
  const change = useChange();
  const isDownloading = state.kind === 'downloading';
  return (
    <>
      <SwitchField
        label="Answer open questions"
        hint={modelHint(state.kind, modelRunsHere(navigator as object))}
        checked={isDownloading || (answers && state.kind === 'ready')}
        onChange={(wanted) => {
          if (wanted) return void model.prepare().then((isReady) => change({ answers: isReady }));
          if (isDownloading) model.cancel();
          change({ answers: false });
        }}
      />
      {isDownloading && (
        <Download
          label="Download of the model"
          share={state.share}
          onCancel={() => model.cancel()}
        />
      )}
      <Complaint>
        {state.kind === 'failed' &&
          'Your browser could not get the model. Check the connection and the free space, then switch it on again.'}
      </Complaint>
    </>
  );
}

interface DownloadProps {
  readonly label: string;
  /** 0–1; without it the browser does not say. */
  readonly share?: number;
  readonly onCancel: () => void;
}

function Download({ label, share, onCancel }: DownloadProps) {
  const percent = share === undefined ? undefined : Math.floor(share * 100);
  return (
    <div className={privacy.actions}>
      <progress aria-label={label} value={percent} max={100} />
      {percent !== undefined && <span>{percent} %</span>}
      <Button look="plain" onClick={onCancel}>
        Cancel the download
      </Button>
    </div>
  );
}

function Complaint({ children }: { readonly children: ReactNode }) {
  return (
    <p className={privacy.complaint} role="alert">
      {children}
    </p>
  );
}
