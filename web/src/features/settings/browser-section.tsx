import { useStore } from 'zustand';
import { findSpeechRecognition } from '../../client/index.ts';
import { useCall, useController, useSettings } from '../call/controller-context.ts';
import { HearingField } from './hearing-field.tsx';
import { ModelField, useHasModel } from './model-field.tsx';
import styles from './settings-dialog.module.css';

/** What this browser can do by itself; nothing if it can do nothing, or the relay needs no help. */
export function BrowserSection() {
  const { needsModel, needsHearing } = useNeeds();
  const hasModel = useHasModel();
  const showsModel = needsModel && hasModel;
  const showsHearing = needsHearing && findSpeechRecognition(globalThis) !== undefined;
  if (!showsModel && !showsHearing) return null;
  return (
    <section className={styles.section} aria-label="This browser">
      <h3 className={styles.heading}>This browser</h3>
      {showsHearing && <HearingField />}
      {showsModel && <ModelField />}
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
