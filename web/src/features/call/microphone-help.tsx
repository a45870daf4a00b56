import type { MicrophoneRefusal } from '../../client/index.ts';
import { Button } from '../../ui/button.tsx';
import { MICROPHONE_ADVICE } from './microphone-advice.ts';
import styles from './microphone-help.module.css';

interface MicrophoneHelpProps {
  readonly refusal: MicrophoneRefusal;
  readonly onRetry: () => void;
  readonly onType: () => void;
}

/** Another attempt would end as this one. */
const HOPELESS: readonly MicrophoneRefusal[] = ['unsupported', 'insecure-context', 'not-here'];

/** Why the microphone is missing, what to do about it, and the way on without one. */
export function MicrophoneHelp({ refusal, onRetry, onType }: MicrophoneHelpProps) {
  const words = MICROPHONE_ADVICE[refusal];
  const canRetry = !HOPELESS.includes(refusal);
  return (
    <section className={styles.card} role="alert">
      {/* To the eye, the line of state right above says it. */}
      <h2 className="visually-hidden">{words.title}</h2>
      <p className={styles.text}>{words.advice}</p>
      <div className={styles.actions}>
        {canRetry && (
          <Button look="primary" onClick={onRetry}>
            Try again
          </Button>
        )}
        <Button look={canRetry ? 'quiet' : 'primary'} onClick={onType}>
          Type instead
        </Button>
      </div>
    </section>
  );
}
