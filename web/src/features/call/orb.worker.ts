import type { OrbPalette } from './orb-drawing.ts';
import { OrbPainter, type OrbMessage } from './orb-painter.ts';
import type { OrbMood } from './orb-pose.ts';

/** The first message, with the canvas that the page hands over. */
export interface OrbStart {
  readonly type: 'start';
  readonly canvas: OffscreenCanvas;
  readonly mood: OrbMood;
  readonly palette: OrbPalette;
}

let painter: OrbPainter | undefined;

self.addEventListener('message', ({ data }: MessageEvent<OrbMessage | OrbStart>) => {
  if (data.type === 'start') painter = new OrbPainter({ ...data, requestFrame, cancelFrame });
  else painter?.take(data);
});

/** Some browsers have no frames in workers. */
function requestFrame(draw: (nowMs: number) => void): number {
  if (typeof self.requestAnimationFrame === 'function') return self.requestAnimationFrame(draw);
  return self.setTimeout(() => draw(performance.now()), 1_000 / 60);
}

function cancelFrame(request: number): void {
  if (typeof self.cancelAnimationFrame === 'function') self.cancelAnimationFrame(request);
  else self.clearTimeout(request);
}
