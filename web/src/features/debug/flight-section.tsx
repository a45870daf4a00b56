import { useState, useEffect, useRef } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { Button } from '../../ui/button.tsx';
import { fileInstant, saveFile } from '../history/save-file.ts';
import panel from './debug-panel.module.css';
import styles from './flight-section.module.css';
import type { FlightNotice, FlightRequest } from '../../client/index.ts';
import { useCall } from '../../client/react/index.ts';

const MB = 1_000_000;

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
    <section className={panel.section} aria-label="Flight recorder">
      <div className={styles.top}>
        <h3 className={panel.heading}>Flight recorder</h3>
        <Button
          look="plain"
          disabled={isEmpty}
          onClick={() => void download()}
          onBlur={() => setOutcome((now) => (now === 'saving' ? now : 'ready'))}
        >
          <Icon name="download" size={16} />
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

/** What the recorder holds, in a sentence. */
export function flightWords(status: FlightState | null): string {
  if (status === null || status.bytes === 0) {
    return 'Keeps the last ten minutes of a call in this page. There was no call yet.';
  }
  const { durationMs, bytes, hasAudioConsent } = status;
  const seconds = Math.round(durationMs / 1_000);
  const minutes = Math.floor(seconds / 60);
  const duration = minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
  const what = hasAudioConsent
    ? 'what was said in words, and your audio'
    : 'what was said in words';
  return `Holds the last ${duration} of the call, ${(bytes / MB).toFixed(1)} MB: events, decisions, ${what}.`;
}

export function flightFileName(now: Date): string {
  return `parley-${fileInstant(now)}.flight.jsonl`;
}

/** Ten minutes with audio are written in a second or two. */
const SAVE_DEADLINE_MS = 20_000;

type FlightState = Extract<FlightNotice, { type: 'status' }>;

interface FlightLink {
  /** null until the recorder has answered. */
  readonly status: FlightState | null;
  readonly setAudioConsent: (agreed: boolean) => void;
  /** @returns undefined if it could not be had in time */
  readonly save: () => Promise<Blob | undefined>;
}

/** Asks for the events of the call, and links the panel with the recorder, while it is mounted. */
export function useFlight(): FlightLink {
  const controller = useCall();
  const [status, setStatus] = useState<FlightState | null>(null);
  const port = useRef<MessagePort>(null);

  useEffect(() => {
    const link = (): void => {
      port.current?.close();
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener('message', ({ data }: MessageEvent<FlightNotice>) => {
        if (data.type === 'status') setStatus(data);
      });
      port1.start();
      port.current = port1;
      controller.setDebug(true, port2);
    };
    link();
    // Another media worker may have replaced one that crashed.
    const stop = controller.state.subscribe(({ standing }, before) => {
      if (standing.kind === 'running' && before.standing.kind !== 'running') link();
    });
    return () => {
      stop();
      port.current?.close();
      port.current = null;
      controller.setDebug(false);
    };
  }, [controller]);

  const ask = (request: FlightRequest): void => port.current?.postMessage(request, []);
  return {
    status,
    setAudioConsent: (agreed) => ask({ type: 'set-audio-consent', agreed }),
    save: async () => {
      const from = port.current;
      if (from === null) return undefined;
      const file = savedBy(from);
      ask({ type: 'save' });
      return file;
    },
  };
}

function savedBy(port: MessagePort): Promise<Blob | undefined> {
  const { promise, resolve } = Promise.withResolvers<Blob | undefined>();
  const done = new AbortController();
  const timer = setTimeout(resolve, SAVE_DEADLINE_MS);
  port.addEventListener(
    'message',
    ({ data }: MessageEvent<FlightNotice>) => {
      if (data.type === 'saved') resolve(data.file);
    },
    { signal: done.signal },
  );
  return promise.finally(() => {
    clearTimeout(timer);
    done.abort();
  });
}
