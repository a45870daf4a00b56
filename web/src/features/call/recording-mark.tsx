import { useCallState, useCall } from '../../client/react/index.ts';
import styles from './recording-mark.module.css';

/** In sight for as long as the call is recorded; pressing it ends that at once. */
export function RecordingMark() {
  const controller = useCall();
  const isRecording = useCallState((state) => state.session?.recording === true);
  return (
    <div className={styles.place}>
      <span className="visually-hidden" role="status">
        {isRecording ? 'This call is being recorded' : ''}
      </span>
      {isRecording && (
        <button
          type="button"
          className={styles.mark}
          onClick={() => controller.setRecording(false)}
        >
          <span className={styles.dot} aria-hidden="true" />
          Stop<span className={styles.object}> recording</span>
        </button>
      )}
    </div>
  );
}
