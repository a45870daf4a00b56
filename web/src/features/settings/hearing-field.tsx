import { useStore } from 'zustand';
import {
  type BrowserHelp,
  recognitionLanguage,
  installLanguage,
  localAvailability,
} from '../../client/index.ts';
import { useCallState, useSettings } from '../../client/react/index.ts';
import { Button } from '../../ui/button.tsx';
import { Complaint } from '../../ui/complaint.tsx';
import { Download, useHelpChange } from './download.tsx';
import { SwitchField } from './switch-field.tsx';
import styles from './privacy-section.module.css';
import { createStore } from 'zustand/vanilla';
import { answerWithin } from '../../lib/answer-within.ts';

/** A browser that does not answer by then recognises nothing on this computer. */
const ANSWER_DEADLINE_MS = 5_000;

/** Longest download of a language that is waited for. */
const DOWNLOAD_DEADLINE_MS = 15 * 60_000;

type HearingSetupState =
  /** Nothing was asked of the browser yet, or it has answered. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'downloading' }
  /** Not on this computer: the person decides whether the browser's maker may recognise speech. */
  | { readonly kind: 'only-remote' }
  /** The language could not be downloaded; it may be tried again. */
  | { readonly kind: 'failed' };

/** Lives as long as the page: a download goes on behind a closed dialog. */
const setup = createHearingSetup(globalThis);

/** Enter by mistake then sends nothing away. */
function focusFirst(button: HTMLButtonElement | null): void {
  button?.focus();
}

/** Whether the browser recognises speech in the relay's place, here or at its maker. */
export function HearingField() {
  const { kind } = useStore(setup.store);
  const hears = useSettings(({ browserHelp }) => browserHelp.hears);
  const chosen = useSettings(({ language }) => language);
  const spoken = useCallState(({ session }) => session?.language);
  const wantedLanguage = spoken ?? chosen ?? undefined;
  const change = useHelpChange();
  const isDownloading = kind === 'downloading';
  const switchOn = async (): Promise<void> => {
    const language = recognitionLanguage(navigator.language, wantedLanguage);
    if (await setup.prepare(language)) change({ hears: 'local' });
  };
  return (
    <>
      <SwitchField
        label="Understand any words"
        hint={hearingHint(hears)}
        checked={isDownloading || hears !== 'off'}
        onChange={(wanted) => {
          if (wanted) return void switchOn();
          setup.reset();
          change({ hears: 'off' });
        }}
      />
      {isDownloading && <Download name="the language" onCancel={() => setup.reset()} />}
      {kind === 'only-remote' && (
        <div className={styles.question} role="group" aria-label="Understand any words">
          <p>
            Your browser does not recognise speech on this computer. It would send your speech to
            the browser’s maker, who turns it into words.
          </p>
          <div className={styles.actions}>
            <Button
              look="primary"
              onClick={() => {
                setup.reset();
                change({ hears: 'remote' });
              }}
            >
              I agree, send it
            </Button>
            <Button ref={focusFirst} look="plain" onClick={() => setup.reset()}>
              Do not send it
            </Button>
          </div>
        </div>
      )}
      <Complaint>
        {kind === 'failed' &&
          'Your browser could not get the language. Check the connection, then switch it on again.'}
      </Complaint>
    </>
  );
}

/**
 * Finds out on which machine the browser can recognise speech, and downloads the language.
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
      const asked = localAvailability(scope, language);
      const answer = await answerWithin(ANSWER_DEADLINE_MS, asked, 'unavailable' as const);
      if (mine !== generation) return false;
      if (answer === 'unavailable') set({ kind: 'only-remote' });
      if (answer === 'available') set({ kind: 'idle' });
      if (answer === 'unavailable' || answer === 'available') return answer === 'available';
      set({ kind: 'downloading' });
      const isThere = await answerWithin(
        DOWNLOAD_DEADLINE_MS,
        installLanguage(scope, language),
        false,
      );
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

/** The effect of the switch for the browser's recogniser, and the destination of speech with it. */
function hearingHint(hears: BrowserHelp['hears']): string {
  return `Your browser turns speech into words, any words, and sends those to Parley. ${WHERE[hears]}`;
}

const WHERE: Readonly<Record<BrowserHelp['hears'], string>> = {
  off: 'First it is asked whether it can do so on this computer.',
  local: 'It runs on this computer.',
  remote: 'Your speech is sent to the browser’s maker.',
};
