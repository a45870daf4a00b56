import { mixed, rgba, type OrbPalette, type Rgb } from './orb-palette.ts';
import { outlineRadius, type OrbPose } from './orb-pose.ts';

const TURN = 2 * Math.PI;
const OUTLINE_POINTS = 72;
const RINGS = 3;
/** Frames of level history between one ring and the next: a word is seen travelling outwards. */
const RING_DELAY_FRAMES = 7;
export const LEVEL_HISTORY_FRAMES = RINGS * RING_DELAY_FRAMES + 1;

export interface OrbFrame {
  /** Width and height of the square that is drawn in, CSS pixels. */
  readonly sizePx: number;
  readonly seconds: number;
  /** Where the wandering light is, turns. */
  readonly driftTurns: number;
  readonly pose: OrbPose;
  readonly palette: OrbPalette;
  /** 0–1, newest first. */
  readonly microphone: readonly number[];
  /** 0–1 */
  readonly voice: number;
}

/** Draws the orb once; the context is expected to be scaled to CSS pixels. */
export function drawOrb(context: CanvasRenderingContext2D, frame: OrbFrame): void {
  const { sizePx, pose, palette } = frame;
  const microphone = frame.microphone[0] ?? 0;
  const breath = 1 + pose.breath * Math.sin(frame.seconds * 1.25);
  const swell = 1 + 0.05 * (pose.voiceGain > 0.02 ? frame.voice : 0);
  const radius = (sizePx / 2) * pose.size * breath * swell;
  const amplitude = pose.wobble + pose.microphoneGain * microphone + pose.voiceGain * frame.voice;
  const colours = {
    light: mixed(palette.still, palette.light, pose.colour),
    main: mixed(palette.still, palette.main, pose.colour),
    deep: mixed(palette.still, palette.deep, pose.colour),
  };

  context.clearRect(0, 0, sizePx, sizePx);
  context.save();
  context.translate(sizePx / 2, sizePx / 2);
  drawHalo(
    context,
    radius,
    pose.halo * (0.75 + 0.25 * Math.max(microphone, frame.voice)),
    colours.main,
  );
  drawRings(context, frame, radius);
  if (pose.fill > 0.01) {
    context.globalAlpha = pose.fill;
    tracePath(context, radius, frame.seconds, amplitude);
    context.fillStyle = bodyGradient(context, radius, colours);
    context.fill();
    drawGlow(context, frame, radius, colours.light);
    context.globalAlpha = 1;
  }
  if (pose.fill < 0.99) {
    tracePath(context, radius, frame.seconds, amplitude);
    context.strokeStyle = rgba(palette.line, 1 - pose.fill);
    context.lineWidth = 2;
    context.stroke();
  }
  context.restore();
}

/** For people who want no motion, or whose system sets the colours: a disc with a ring. */
export function drawStillOrb(
  context: CanvasRenderingContext2D,
  sizePx: number,
  pose: OrbPose,
  palette: OrbPalette,
): void {
  const radius = (sizePx / 2) * 0.58;
  const main = mixed(palette.still, palette.main, pose.colour);
  context.clearRect(0, 0, sizePx, sizePx);
  context.save();
  context.translate(sizePx / 2, sizePx / 2);
  context.beginPath();
  context.arc(0, 0, radius, 0, TURN);
  if (pose.fill > 0.5) {
    context.fillStyle = rgba(main, 1);
    context.fill();
  }
  context.lineWidth = 2;
  context.strokeStyle = rgba(main, 1);
  context.stroke();
  context.beginPath();
  context.arc(0, 0, radius * 1.16, 0, TURN);
  context.lineWidth = 2 + 4 * Math.max(pose.rings, pose.voiceGain * 3, pose.glow > 0.9 ? 0.5 : 0);
  context.strokeStyle = rgba(palette.line, 0.75);
  context.stroke();
  context.restore();
}

function drawHalo(
  context: CanvasRenderingContext2D,
  radius: number,
  strength: number,
  colour: Rgb,
): void {
  if (strength < 0.01) return;
  const reach = radius * 1.6;
  const gradient = context.createRadialGradient(0, 0, radius * 0.82, 0, 0, reach);
  gradient.addColorStop(0, rgba(colour, 0.34 * strength));
  gradient.addColorStop(0.45, rgba(colour, 0.1 * strength));
  gradient.addColorStop(1, rgba(colour, 0));
  context.fillStyle = gradient;
  context.beginPath();
  context.arc(0, 0, reach, 0, TURN);
  context.fill();
}

function drawRings(context: CanvasRenderingContext2D, frame: OrbFrame, radius: number): void {
  const { pose, palette } = frame;
  if (pose.rings < 0.01) return;
  context.lineWidth = 1.5;
  for (let ring = 1; ring <= RINGS; ring += 1) {
    const level = frame.microphone[ring * RING_DELAY_FRAMES] ?? 0;
    const distance = radius * (1 + 0.13 * ring + 0.1 * ring * level * pose.rings);
    tracePath(context, distance, frame.seconds - ring * 0.35, 0.008 + 0.09 * level * pose.rings);
    const presence = (0.3 + 0.7 * level) * pose.rings;
    context.strokeStyle = rgba(palette.line, (0.62 * presence) / ring);
    context.stroke();
  }
}

function bodyGradient(
  context: CanvasRenderingContext2D,
  radius: number,
  colours: { readonly light: Rgb; readonly main: Rgb; readonly deep: Rgb },
): CanvasGradient {
  const gradient = context.createRadialGradient(
    -radius * 0.38,
    -radius * 0.45,
    radius * 0.08,
    0,
    0,
    radius * 1.22,
  );
  gradient.addColorStop(0, rgba(colours.light, 1));
  gradient.addColorStop(0.45, rgba(colours.main, 1));
  gradient.addColorStop(1, rgba(colours.deep, 1));
  return gradient;
}

/** Three soft lights inside the body; the path of the body must be current. */
function drawGlow(
  context: CanvasRenderingContext2D,
  frame: OrbFrame,
  radius: number,
  colour: Rgb,
): void {
  const { glow } = frame.pose;
  if (glow < 0.01) return;
  context.save();
  context.clip();
  const lift = 0.55 + 0.45 * frame.voice;
  for (let light = 0; light < 3; light += 1) {
    const angle = TURN * (frame.driftTurns * (light === 1 ? -1 : 1) + light / 3);
    const orbit = radius * (0.34 + 0.12 * Math.sin(frame.seconds * 0.9 + light * 2));
    const x = Math.cos(angle) * orbit;
    const y = Math.sin(angle) * orbit;
    const gradient = context.createRadialGradient(x, y, 0, x, y, radius * 0.62);
    gradient.addColorStop(0, rgba(colour, 0.5 * glow * lift));
    gradient.addColorStop(1, rgba(colour, 0));
    context.fillStyle = gradient;
    context.fillRect(-radius * 1.5, -radius * 1.5, radius * 3, radius * 3);
  }
  context.restore();
}

function tracePath(
  context: CanvasRenderingContext2D,
  radius: number,
  seconds: number,
  amplitude: number,
): void {
  context.beginPath();
  for (let point = 0; point < OUTLINE_POINTS; point += 1) {
    const angle = (point / OUTLINE_POINTS) * TURN;
    const distance = radius * outlineRadius(angle, seconds, amplitude);
    const x = Math.cos(angle) * distance;
    const y = Math.sin(angle) * distance;
    if (point === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.closePath();
}
