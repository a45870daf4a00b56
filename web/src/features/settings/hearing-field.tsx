import { useStore } from 'zustand';
import { recognitionLanguage } from '../../client/index.ts';
import { useCall, useSettings } from '../call/controller-context.ts';
import { Button } from '../../ui/button.tsx';
import { hearingHint } from './browser-words.ts';
import { Complaint, Download } from './download.tsx';
import { createHearingSetup } from './hearing-setup.ts';
import { SwitchField } from './switch-field.tsx';
import { useHelpChange } from './use-help-change.ts';
import styles from './privacy-section.module.css';

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
  const spoken = useCall(({ session }) => session?.language);
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
