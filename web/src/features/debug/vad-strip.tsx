import { useEffect, useEffectEvent, useRef } from 'react';
import { ECHO_GUARD_POLICY, SPEECH_POLICY } from '../../client/index.ts';
import { useCall, useController } from '../call/controller-context.ts';
import { onThemeChange } from '../../ui/colour-tokens.ts';
import { VadHistory } from './vad-history.ts';
import { drawVadStrip, readVadPalette } from './vad-drawing.ts';
import styles from './live.module.css';

/** Samples between two changes of the figure: five a second can be read. */
const FIGURE_EVERY = 6;

/** Speech probability over the last ten seconds, with the threshold and the decisions taken. */
export function VadStrip() {
  const { levels, debug } = useController();
  const playing = useCall((state) => state.phase === 'speaking');
  const threshold = (playing ? ECHO_GUARD_POLICY : SPEECH_POLICY).speechProbability;
  const thresholdNow = useEffectEvent(() => threshold);
  const plot = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const figure = useRef<HTMLSpanElement>(null);
  const decision = useRef<HTMLSpanElement>(null);

  useEffect(() => {
    const box = plot.current;
    const context = canvas.current?.getContext('2d');
    if (box === null || canvas.current === null || !context) return;
    const history = new VadHistory();
    const surface = canvas.current;
    let palette = readVadPalette(box);
    let taken = 0;
    const draw = (): void => {
      const ratio = Math.min(devicePixelRatio, 2);
      const width = Math.round(box.clientWidth * ratio);
      const height = Math.round(box.clientHeight * ratio);
      if (surface.width !== width) surface.width = width;
      if (surface.height !== height) surface.height = height;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawVadStrip(context, box.clientWidth, box.clientHeight, history, thresholdNow(), palette);
    };
    // Drawn as the samples come, thirty times a second: a canvas costs no layout.
    const stopLevels = levels.subscribe(({ speechProbability }) => {
      history.sample(speechProbability);
      draw();
      taken += 1;
      if (figure.current !== null && taken % FIGURE_EVERY === 0) {
        figure.current.textContent = speechProbability.toFixed(2);
      }
    });
    const stopEntries = debug.onEntry((entry) => {
      if (entry.source !== 'vad') return;
      history.mark();
      if (decision.current !== null) decision.current.textContent = entry.name;
    });
    const stopThemes = onThemeChange(() => {
      palette = readVadPalette(box);
      draw();
    });
    draw();
    return () => {
      stopLevels();
      stopEntries();
      stopThemes();
    };
  }, [levels, debug]);

  return (
    <figure className={styles.strip}>
      <figcaption className={styles.caption}>
        <span>Speech probability</span>
        <span ref={decision} className={styles.decision} />
        <span ref={figure} className={styles.probability}>
          0.00
        </span>
      </figcaption>
      <div ref={plot} className={styles.plot}>
        <canvas ref={canvas} className={styles.canvas} aria-hidden="true" />
      </div>
      <p className={styles.note}>
        Threshold {threshold.toFixed(2)}
        {playing && ' while the voice plays'}, upright lines are decisions
      </p>
    </figure>
  );
}
