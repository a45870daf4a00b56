import type { StoreApi } from 'zustand/vanilla';
import type { Levels } from '../../store/levels.ts';
import { onThemeChange } from '../../ui/colour-tokens.ts';
import { drawOrb, drawStillOrb, LEVEL_HISTORY_FRAMES, readOrbPalette } from './orb-drawing.ts';
import { CALM_MOODS, easedPose, ORB_POSES, type OrbMood } from './orb-pose.ts';

/** Levels arrive thirty times a second and are drawn sixty times: ease between them. */
const LEVEL_EASE_MS = 45;
/** Least time between two frames in a calm mood; a little less than two at 60 a second. */
const CALM_FRAME_MS = 30;
/** After a pause (hidden tab, slow frame) the animation goes on from where it was. */
const LONGEST_STEP_MS = 64;

export type OrbAnimation = ReturnType<typeof startOrbAnimation>;

/**
 * Draws the orb into `canvas` on every frame while the page is visible.
 *
 * @param still draw a still disc, and only when the mood, the size or the theme changes
 */
export function startOrbAnimation(
  canvas: HTMLCanvasElement,
  host: HTMLElement,
  levels: StoreApi<Levels>,
  still: boolean,
  initialMood: OrbMood,
) {
  const context = canvas.getContext('2d');
  let mood = initialMood;
  let pose = ORB_POSES[initialMood];
  let palette = readOrbPalette(host);
  let sizePx = 0;
  let lastMs: number | null = null;
  let seconds = 0;
  let driftTurns = 0;
  let microphone = 0;
  let voice = 0;
  const history: number[] = Array.from({ length: LEVEL_HISTORY_FRAMES }, () => 0);
  let request = 0;
  let isSettled = false;

  const resize = (): void => {
    sizePx = host.clientWidth;
    const ratio = Math.min(devicePixelRatio, 2);
    canvas.width = canvas.height = Math.max(1, Math.round(sizePx * ratio));
    context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  };
  const drawStill = (): void => {
    if (context !== null) drawStillOrb(context, sizePx, ORB_POSES[mood], palette);
  };
  const drawMoving = (nowMs: number): void => {
    request = requestAnimationFrame(drawMoving);
    if (context === null) return;
    const sinceLastMs = nowMs - (lastMs ?? Number.NEGATIVE_INFINITY);
    if (CALM_MOODS.has(mood) && sinceLastMs < CALM_FRAME_MS && isSettled) return;
    const elapsedMs = Math.min(LONGEST_STEP_MS, nowMs - (lastMs ?? nowMs));
    lastMs = nowMs;
    seconds += elapsedMs / 1_000;
    pose = easedPose(pose, ORB_POSES[mood], elapsedMs);
    isSettled = Math.abs(pose.size - ORB_POSES[mood].size) < 0.002;
    driftTurns += (pose.drift * elapsedMs) / 1_000;
    const now = levels.getState();
    const share = 1 - Math.exp(-elapsedMs / LEVEL_EASE_MS);
    microphone += (now.microphone - microphone) * share;
    voice += (now.voice - voice) * share;
    history.unshift(microphone);
    history.length = LEVEL_HISTORY_FRAMES;
    drawOrb(context, { sizePx, seconds, driftTurns, pose, palette, microphone: history, voice });
  };
  const repaint = (): void => {
    palette = readOrbPalette(host);
    if (still) drawStill();
  };
  const onVisibility = (): void => {
    cancelAnimationFrame(request);
    lastMs = null;
    if (!document.hidden && !still) request = requestAnimationFrame(drawMoving);
  };

  const sizes = new ResizeObserver(() => {
    resize();
    if (still) drawStill();
  });
  resize();
  sizes.observe(host);
  const stopThemes = onThemeChange(repaint);
  document.addEventListener('visibilitychange', onVisibility);
  if (still) drawStill();
  else onVisibility();

  return {
    setMood(next: OrbMood): void {
      mood = next;
      if (still) drawStill();
    },
    dispose(): void {
      cancelAnimationFrame(request);
      sizes.disconnect();
      stopThemes();
      document.removeEventListener('visibilitychange', onVisibility);
    },
  };
}
