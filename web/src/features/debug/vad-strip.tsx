import { useEffect, useRef } from 'react';
import { ECHO_GUARD_POLICY, SPEECH_POLICY } from '../../media/media-policy.ts';
import { useCall, useController } from '../../store/controller-context.ts';
import styles from './live.module.css';

/** Ten seconds at thirty samples a second. */
const SAMPLES = 300;

/** Speech probability over the last ten seconds, with the threshold and the decisions taken. */
export function VadStrip() {
  const { levels, debug } = useController();
  const playing = useCall((state) => state.phase === 'speaking');
  const threshold = (playing ? ECHO_GUARD_POLICY : SPEECH_POLICY).speechProbability;
  const curve = useRef<SVGPolylineElement>(null);
  const ticks = useRef<SVGPathElement>(null);
  const figure = useRef<HTMLSpanElement>(null);
  const decision = useRef<HTMLSpanElement>(null);

  useEffect(() => {
    const samples: number[] = [];
    /** Samples that came before each decision; counted, because both move left together. */
    let marks: number[] = [];
    let taken = 0;
    const stopLevels = levels.subscribe(({ speechProbability }) => {
      taken += 1;
      samples.push(speechProbability);
      if (samples.length > SAMPLES) samples.shift();
      marks = marks.filter((mark) => taken - mark < SAMPLES);
      const first = SAMPLES - samples.length;
      curve.current?.setAttribute(
        'points',
        samples
          .map((value, index) => `${first + index},${(100 - value * 100).toFixed(1)}`)
          .join(' '),
      );
      ticks.current?.setAttribute(
        'd',
        marks.map((mark) => `M${SAMPLES - (taken - mark)} 0V100`).join(''),
      );
      if (figure.current !== null && taken % 6 === 0) {
        figure.current.textContent = speechProbability.toFixed(2);
      }
    });
    const stopEntries = debug.onEntry((entry) => {
      if (entry.source !== 'vad') return;
      marks.push(taken);
      if (decision.current !== null) decision.current.textContent = entry.name;
    });
    return () => {
      stopLevels();
      stopEntries();
    };
  }, [levels, debug]);

  return (
    <figure className={styles.strip}>
      <figcaption className={styles.caption}>
        <span>Speech probability</span>
        <span ref={decision} className={styles.decision} />
        <span ref={figure} className={styles.value}>
          0.00
        </span>
      </figcaption>
      <svg
        className={styles.plot}
        viewBox={`0 0 ${SAMPLES} 100`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path ref={ticks} className={styles.ticks} />
        <line
          className={styles.threshold}
          x1="0"
          x2={SAMPLES}
          y1={100 - threshold * 100}
          y2={100 - threshold * 100}
        />
        <polyline ref={curve} className={styles.curve} />
      </svg>
      <p className={styles.note}>
        Threshold {threshold.toFixed(2)}
        {playing ? ', raised while the voice plays' : ''}; upright lines are decisions.
      </p>
    </figure>
  );
}
