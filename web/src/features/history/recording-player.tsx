import { useEffect, useState } from 'react';
import { Disc } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { useAccountPages } from '../account/account-pages-context.ts';
import { useAction } from '../account/use-action.ts';
import styles from './recording-player.module.css';

/**
 * Plays the recording of the conversation. It is fetched when it is asked for: it is large, and
 * needs the bearer token, which a player cannot send.
 */
export function RecordingPlayer({ id }: { readonly id: string }) {
  const { api } = useAccountPages();
  const { isRunning, complaint, run } = useAction();
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => () => void (url !== null && URL.revokeObjectURL(url)), [url]);
  const fetchRecording = (): Promise<boolean> =>
    run(async (signal) => setUrl(URL.createObjectURL(await api.recording(id, signal))));
  return (
    <section className={styles.recording} aria-label="Recording">
      {url === null ? (
        <Button disabled={isRunning} onClick={() => void fetchRecording()}>
          <Disc aria-hidden="true" size={18} />
          {isRunning ? 'Fetching the recording' : 'Hear the recording'}
        </Button>
      ) : (
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- the transcript below has every word of it
        <audio className={styles.player} src={url} controls autoPlay />
      )}
      {complaint !== null && <p role="alert">{complaint}</p>}
    </section>
  );
}
