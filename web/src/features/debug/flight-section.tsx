import { useState } from 'react';
import { Download } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { saveFile } from '../history/save-file.ts';
import { flightFileName, flightWords } from './flight-words.ts';
import type { FlightLink } from './use-flight.ts';
import panel from './debug-panel.module.css';
import styles from './flight-section.module.css';

type Outcome = 'ready' | 'saving' | 'saved' | 'failed';

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  ready: 'Download',
  saving: 'Writing',
  saved: 'Downloaded',
  failed: 'Could not be written',
};

/** The flight recorder: how much it holds, the consent to audio, and the file. */
export function FlightSection({ flight }: { readonly flight: FlightLink }) {
  const [outcome, setOutcome] = useState<Outcome>('ready');
  const { status, setAudioConsent, save } = flight;
  // Shown until the recorder, in another thread, has confirmed it.
  const [chosen, setChosen] = useState<boolean>();
  const hasAudioConsent = status?.hasAudioConsent ?? false;
  if (chosen !== undefined && (status === null || chosen === hasAudioConsent)) setChosen(undefined);
  const isEmpty = status === null || status.bytes === 0;
  const download = async (): Promise<void> => {
    if (outcome === 'saving') return;
    setOutcome('saving');
    const file = await save();
    if (file !== undefined) saveFile(file, flightFileName(new Date()));
    setOutcome(file === undefined ? 'failed' : 'saved');
  };
  return (
    <section className={styles.section} aria-label="Flight recorder">
      <div className={styles.top}>
        <h3 className={panel.heading}>Flight recorder</h3>
        <Button
          look="plain"
          disabled={isEmpty}
          onClick={() => void download()}
          onBlur={() => setOutcome((now) => (now === 'saving' ? now : 'ready'))}
        >
          <Download aria-hidden="true" size={16} />
          <span aria-live="polite">{OUTCOME_WORDS[outcome]}</span>
        </Button>
      </div>
      <p className={styles.words}>{flightWords(status)}</p>
      <label className={styles.consent}>
        <input
          type="checkbox"
          disabled={status === null}
          checked={chosen ?? hasAudioConsent}
          onChange={(event) => {
            setChosen(event.target.checked);
            setAudioConsent(event.target.checked);
          }}
        />
        <span>
          Keep my microphone’s audio too, so that the call can be replayed. If others can be heard,
          ask them first. Unticking deletes it, and so does closing the page.
        </span>
      </label>
    </section>
  );
}
