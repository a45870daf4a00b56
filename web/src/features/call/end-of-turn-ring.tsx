import { useCall } from './controller-context.ts';
import styles from './orb.module.css';

/** While the person pauses: fills until their turn is taken as over, and goes if they go on. */
export function EndOfTurnRing() {
  const prediction = useCall((state) => state.endOfTurn);
  if (prediction === null) return null;
  const { delayMs, elapsedMs } = prediction;
  return (
    <svg className={styles.ring} viewBox="0 0 100 100" aria-hidden="true" data-ring="">
      <circle
        // Another prediction is another run of the animation.
        key={`${delayMs} ${elapsedMs}`}
        cx="50"
        cy="50"
        r="49"
        pathLength="1"
        style={{ animationDuration: `${delayMs}ms`, animationDelay: `-${elapsedMs}ms` }}
      />
    </svg>
  );
}
