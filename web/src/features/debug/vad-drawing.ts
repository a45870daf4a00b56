import { readColourTokens, rgba } from '../../ui/colour-tokens.ts';
import { VAD_SAMPLES, type VadHistory } from './vad-history.ts';

const TOKENS = {
  curve: '--accent',
  threshold: '--text-quiet',
  decision: '--segment-downlink',
} as const;

export type VadPalette = ReturnType<typeof readVadPalette>;

export function readVadPalette(element: HTMLElement) {
  return readColourTokens(element, TOKENS);
}

/** Draws the curve with its newest sample at the right edge. Sizes are CSS pixels. */
export function drawVadStrip(
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
