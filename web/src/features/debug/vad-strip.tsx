import { useEffect, useEffectEvent, useRef } from 'react';
import { ECHO_GUARD_POLICY, SPEECH_POLICY } from '../../client/index.ts';
import { useCallState, useCall } from '../../client/react/index.ts';
import { onThemeChange, readColourTokens, rgba } from '../../ui/colour-tokens.ts';
import styles from './live.module.css';

/** Ten seconds at thirty samples a second. */
export const VAD_SAMPLES = 300;

const TOKENS = {
  curve: '--accent',
  threshold: '--text-quiet',
  decision: '--segment-downlink',
} as const;

type VadPalette = ReturnType<typeof readVadPalette>;

/** Samples between two changes of the figure: five a second can be read. */
const FIGURE_EVERY = 6;

/** Speech probability over the last ten seconds, with the threshold and the decisions taken. */
export function VadStrip() {
  const { levels, debug } = useCall();
  const playing = useCallState((state) => state.phase === 'speaking');
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
        <span>Speech over {threshold.toFixed(2)}</span>
        <span ref={decision} className={styles.decision} />
        <span ref={figure} className={styles.probability}>
          0.00
        </span>
      </figcaption>
      <div
        ref={plot}
        className={styles.plot}
        title="Speech probability; upright lines are decisions"
      >
        <canvas ref={canvas} className={styles.canvas} aria-hidden="true" />
      </div>
    </figure>
  );
}

function readVadPalette(element: HTMLElement) {
  return readColourTokens(element, TOKENS);
}

/** Draws the curve with its newest sample at the right edge. Sizes are CSS pixels. */
function drawVadStrip(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  history: VadHistory,
  threshold: number,
  palette: VadPalette,
): void {
  const xOf = (age: number): number => width - (age / VAD_SAMPLES) * width;
  const yOf = (probability: number): number => 1 + (1 - probability) * (height - 2);
  context.clearRect(0, 0, width, height);

  context.lineWidth = 1.5;
  context.strokeStyle = rgba(palette.decision, 1);
  context.beginPath();
  for (const age of history.marks) {
    context.moveTo(xOf(age), 0);
    context.lineTo(xOf(age), height);
  }
  context.stroke();

  context.lineWidth = 1;
  context.strokeStyle = rgba(palette.threshold, 1);
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(0, yOf(threshold));
  context.lineTo(width, yOf(threshold));
  context.stroke();
  context.setLineDash([]);

  context.lineWidth = 1.5;
  context.strokeStyle = rgba(palette.curve, 1);
  context.beginPath();
  history.samples.forEach((probability, index) => {
    context.lineTo(xOf(history.samples.length - 1 - index), yOf(probability));
  });
  context.stroke();
}

/** The last samples, oldest first, and when decisions fell among them. */
export class VadHistory {
  readonly samples: number[] = [];
  /** Ages of the decisions still in sight, in samples. */
  marks: readonly number[] = [];

  sample(probability: number): void {
    this.samples.push(probability);
    if (this.samples.length > VAD_SAMPLES) this.samples.shift();
    this.marks = this.marks.map((age) => age + 1).filter((age) => age < VAD_SAMPLES);
  }

  /** A decision was taken after the latest sample. */
  mark(): void {
    this.marks = [...this.marks, 0];
  }
}
