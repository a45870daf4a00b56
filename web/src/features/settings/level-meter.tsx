import { useEffect, useRef } from 'react';
import { useCall, useController } from '../call/controller-context.ts';
import styles from './field.module.css';

/** How loud the microphone is now. */
export function LevelMeter() {
  const { levels } = useController();
  const isLive = useCall((state) => state.microphone.kind === 'granted');
  const bar = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      levels.subscribe(({ microphone }) => {
        if (bar.current !== null) bar.current.style.transform = `scaleX(${microphone.toFixed(3)})`;
      }),
    [levels],
  );
  return (
    <div className={styles.field}>
      <span className={styles.label}>Level</span>
      {isLive ? (
        <div className={styles.meter} aria-hidden="true">
          <div ref={bar} className={styles.level} />
        </div>
      ) : (
        <span className={styles.hint}>Shown during a call.</span>
      )}
    </div>
  );
}
