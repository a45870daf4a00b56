import { drawOrb, LEVEL_HISTORY_FRAMES, type OrbContext, type OrbPalette } from './orb-drawing.ts';
import { easedPose, isCalm, isNear, LIVELY_MOODS, ORB_POSES, type OrbMood } from './orb-pose.ts';

/** Levels arrive thirty times a second and are drawn sixty times: ease between them. */
const LEVEL_EASE_MS = 45;
/**
 * Least time between two frames: of a screen that shows 60 a second each one, each second or each
 * fourth. A little less than those take, since frames come unevenly.
 */
const FRAME_MS = { lively: 0, slow: 30, quiet: 62 } as const;
/** A level below this is silence: the outline moves by less than a pixel a frame. */
const QUIET_LEVEL = 0.04;
/** A thread that draws lively moods at less than 40 frames a second is short of processor time. */
const LATE_FRAME_MS = 25;
/** How much each frame counts in the mean of the frames' distances. */
const FRAME_SHARE = 0.05;
/** So long a thread that was short of processor time draws half of the frames. */
const SPARING_MS = 20_000;
/** After a pause (hidden tab, slow frame) the animation continues at its place. */
const LONGEST_STEP_MS = 64;

/** The page's messages to the thread that draws the orb. */
export type OrbMessage =
  | { readonly type: 'surface'; readonly sizePx: number; readonly pixelRatio: number }
  | { readonly type: 'palette'; readonly palette: OrbPalette }
  | { readonly type: 'mood'; readonly mood: OrbMood }
  | { readonly type: 'levels'; readonly microphone: number; readonly voice: number }
  | { readonly type: 'visible'; readonly isVisible: boolean };

export interface OrbPainterOptions {
  /** Handed over by the page. */
  readonly canvas: OffscreenCanvas;
  readonly mood: OrbMood;
  readonly palette: OrbPalette;
  readonly requestFrame: (draw: (nowMs: number) => void) => number;
  readonly cancelFrame: (request: number) => void;
}

/** Draws the moving orb. In a calm mood it draws once and rests. */
export class OrbPainter {
  readonly #options: OrbPainterOptions;
  readonly #context: OrbContext | null;
  #mood: OrbMood;
  #pose;
  #palette: OrbPalette;
  #sizePx = 0;
  #isVisible = false;
  #request: number | undefined;
  #lastMs: number | undefined;
  /** Mean distance of frames in lively moods. */
  #distanceMs = 0;
  /** Until then only half of the frames are drawn. */
  #sparingUntilMs = Number.NEGATIVE_INFINITY;
  #seconds = 0;
  #driftTurns = 0;
  #level = { microphone: 0, voice: 0 };
  #microphone = 0;
  #voice = 0;
  readonly #history: number[] = Array.from({ length: LEVEL_HISTORY_FRAMES }, () => 0);

  constructor(options: OrbPainterOptions) {
    this.#options = options;
    this.#context = options.canvas.getContext('2d');
    this.#mood = options.mood;
    this.#pose = ORB_POSES[options.mood];
    this.#palette = options.palette;
  }

  take(message: OrbMessage): void {
    switch (message.type) {
      case 'surface':
        return this.#resize(message.sizePx, message.pixelRatio);
      case 'palette':
        this.#palette = message.palette;
        return this.#resume();
      case 'mood':
        this.#mood = message.mood;
        return this.#resume();
      case 'levels':
        this.#level = message;
        return;
      case 'visible':
        this.#isVisible = message.isVisible;
        if (message.isVisible) this.#resume();
        else this.#pause();
    }
  }

  #resize(sizePx: number, pixelRatio: number): void {
    const { canvas } = this.#options;
    this.#sizePx = sizePx;
    canvas.width = canvas.height = Math.max(1, Math.round(sizePx * pixelRatio));
    this.#context?.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    // Setting its size has emptied the canvas: waiting for a frame would be a flicker.
    if (this.#isVisible) this.#draw();
  }

  #resume(): void {
    if (!this.#isVisible || this.#context === null) return;
    this.#request ??= this.#options.requestFrame(this.#onFrame);
  }

  #pause(): void {
    if (this.#request !== undefined) this.#options.cancelFrame(this.#request);
    this.#request = undefined;
    this.#lastMs = undefined;
  }

  readonly #onFrame = (nowMs: number): void => {
    const sinceMs = nowMs - (this.#lastMs ?? Number.NEGATIVE_INFINITY);
    if (sinceMs >= this.#leastMs(nowMs)) {
      this.#noteDistance(nowMs, sinceMs);
      this.#advance(nowMs);
      this.#draw();
      if (this.#isSettled && isCalm(ORB_POSES[this.#mood])) return this.#pause();
    }
    this.#request = this.#options.requestFrame(this.#onFrame);
  };

  /** Least time since the last frame. */
  #leastMs(nowMs: number): number {
    if (!this.#isSettled || LIVELY_MOODS.has(this.#mood)) {
      return nowMs < this.#sparingUntilMs ? FRAME_MS.slow : FRAME_MS.lively;
    }
    const isQuiet = this.#mood === 'listening' && Math.max(...this.#history) < QUIET_LEVEL;
    return isQuiet && this.#level.microphone < QUIET_LEVEL ? FRAME_MS.quiet : FRAME_MS.slow;
  }

  /** If the processor draws the frames, sixty a second can take all of it from the call. */
  #noteDistance(nowMs: number, sinceMs: number): void {
    if (!LIVELY_MOODS.has(this.#mood) || nowMs < this.#sparingUntilMs) return;
    if (sinceMs > LONGEST_STEP_MS) return;
    this.#distanceMs += (sinceMs - this.#distanceMs) * FRAME_SHARE;
    if (this.#distanceMs <= LATE_FRAME_MS) return;
    this.#distanceMs = 0;
    this.#sparingUntilMs = nowMs + SPARING_MS;
  }

  get #isSettled(): boolean {
    return isNear(this.#pose, ORB_POSES[this.#mood]);
  }

  #advance(nowMs: number): void {
    const elapsedMs = Math.min(LONGEST_STEP_MS, nowMs - (this.#lastMs ?? nowMs));
    this.#lastMs = nowMs;
    this.#seconds += elapsedMs / 1_000;
    this.#pose = easedPose(this.#pose, ORB_POSES[this.#mood], elapsedMs);
    this.#driftTurns += (this.#pose.drift * elapsedMs) / 1_000;
    const share = 1 - Math.exp(-elapsedMs / LEVEL_EASE_MS);
    this.#microphone += (this.#level.microphone - this.#microphone) * share;
    this.#voice += (this.#level.voice - this.#voice) * share;
    this.#history.unshift(this.#microphone);
    this.#history.length = LEVEL_HISTORY_FRAMES;
  }

  #draw(): void {
    if (this.#context === null) return;
    drawOrb(this.#context, {
      sizePx: this.#sizePx,
      seconds: this.#seconds,
      driftTurns: this.#driftTurns,
      pose: this.#pose,
      palette: this.#palette,
      microphone: this.#history,
      voice: this.#voice,
    });
  }
}
