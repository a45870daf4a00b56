import type { LevelChannel } from '../../store/level-channel.ts';
import { drawOrb, drawStillOrb, LEVEL_HISTORY_FRAMES } from './orb-drawing.ts';
import { readOrbPalette } from './orb-palette.ts';
import { easedPose, ORB_POSES, type OrbMood } from './orb-pose.ts';

/** Levels arrive thirty times a second and are drawn sixty times: ease between them. */
const LEVEL_EASE_MS = 45;
/** After a pause (hidden tab, slow frame) the animation goes on from where it was. */
const LONGEST_STEP_MS = 64;

export interface OrbAnimation {
  setMood(mood: OrbMood): void;
  dispose(): void;
}

/**
 * Draws the orb into `canvas` on every frame while the page is visible.
 *
 * @param still draw a still disc, and only when the mood, the size or the theme changes
 */
export function startOrbAnimation(
  canvas: HTMLCanvasElement,
  host: HTMLElement,
  levels: LevelChannel,
  still: boolean,
  initialMood: OrbMood,
): OrbAnimation {
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
    const elapsedMs = Math.min(LONGEST_STEP_MS, nowMs - (lastMs ?? nowMs));
    lastMs = nowMs;
    seconds += elapsedMs / 1_000;
    pose = easedPose(pose, ORB_POSES[mood], elapsedMs);
    driftTurns += (pose.drift * elapsedMs) / 1_000;
    const now = levels.read();
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
  const themes = new MutationObserver(repaint);
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  resize();
  sizes.observe(host);
  themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  scheme.addEventListener('change', repaint);
  document.addEventListener('visibilitychange', onVisibility);
  if (still) drawStill();
  else onVisibility();

  return {
    setMood(next) {
      mood = next;
      if (still) drawStill();
    },
    dispose() {
      cancelAnimationFrame(request);
      sizes.disconnect();
      themes.disconnect();
      scheme.removeEventListener('change', repaint);
      document.removeEventListener('visibilitychange', onVisibility);
    },
  };
}
