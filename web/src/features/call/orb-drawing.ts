import { mixed, rgba, type Rgb } from '../../ui/colour-tokens.ts';
import { outlineRadius, type OrbPose } from './orb-pose.ts';

/** The colour tokens that the orb is drawn in. */
export const ORB_TOKENS = {
  light: '--orb-light',
  cool: '--orb-cool',
  main: '--orb-main',
  deep: '--orb-deep',
  line: '--orb-line',
  still: '--orb-still',
  warm: '--orb-warm',
  warmLine: '--orb-warm-line',
} as const;

export type OrbPalette = Readonly<Record<keyof typeof ORB_TOKENS, Rgb>>;

/** Of a canvas in the page or in a worker. */
export type OrbContext = Omit<OffscreenCanvasRenderingContext2D, 'canvas'>;

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

type BodyColours = Pick<OrbPalette, 'light' | 'cool' | 'main' | 'deep'>;

/** Draws the orb once; the context is expected to be scaled to CSS pixels. */
export function drawOrb(context: OrbContext, frame: OrbFrame): void {
  const { sizePx, pose, palette } = frame;
  const microphone = frame.microphone[0] ?? 0;
  const swell = 1 + 0.05 * pose.voiceGain * frame.voice;
  const radius = (sizePx / 2) * pose.size * swell;
  const amplitude =
    pose.wobble + pose.microphoneGain * microphone + 0.05 * pose.voiceGain * frame.voice;
  const tinted = (colour: OrbPalette['main']) =>
    mixed(mixed(palette.still, colour, pose.colour), palette.warm, 0.85 * pose.warmth);
  const colours: BodyColours = {
    light: tinted(palette.light),
    cool: tinted(palette.cool),
    main: tinted(palette.main),
    deep: tinted(palette.deep),
  };

  context.clearRect(0, 0, sizePx, sizePx);
  context.save();
  context.translate(sizePx / 2, sizePx / 2);
  drawRings(context, frame, radius);
  drawVeils(context, frame, radius, colours);
  if (pose.fill > 0.01) {
    context.globalAlpha = pose.fill;
    tracePath(context, radius, frame.seconds, amplitude);
    context.fillStyle = bodyGradient(context, radius, colours);
    context.fill();
    drawGlow(context, frame, radius, colours);
    context.globalAlpha = 1;
  }
  if (pose.fill < 0.99) {
    tracePath(context, radius, frame.seconds, amplitude);
    context.strokeStyle = rgba(mixed(palette.line, palette.warmLine, pose.warmth), 1 - pose.fill);
    context.lineWidth = 2;
    context.stroke();
  }
  context.restore();
}

/** Two veils around the body that swing wider with the voice than the body itself does. */
function drawVeils(
  context: OrbContext,
  frame: OrbFrame,
  radius: number,
  colours: BodyColours,
): void {
  const strength = frame.pose.voiceGain;
  if (strength < 0.01) return;
  for (let veil = 2; veil >= 1; veil -= 1) {
    const reach = radius * (1 + veil * (0.03 + 0.095 * frame.voice) * strength);
    const amplitude = (0.045 + 0.085 * frame.voice) * strength;
    tracePath(context, reach, frame.seconds * 0.9 + veil * 4.2, amplitude);
    context.fillStyle = rgba(veil === 1 ? colours.main : colours.light, 0.3 / veil + 0.06);
    context.globalAlpha = strength;
    context.fill();
    context.globalAlpha = 1;
  }
}

function drawRings(context: OrbContext, frame: OrbFrame, radius: number): void {
  const { pose, palette } = frame;
  if (pose.rings < 0.01) return;
  context.lineWidth = 1.5;
  for (let ring = 1; ring <= RINGS; ring += 1) {
    const level = frame.microphone[ring * RING_DELAY_FRAMES] ?? 0;
    const distance = radius * (1 + 0.13 * ring + 0.1 * ring * level * pose.rings);
    tracePath(context, distance, frame.seconds - ring * 0.35, 0.008 + 0.06 * level * pose.rings);
    const presence = (0.3 + 0.7 * level) * pose.rings;
    const colour = mixed(palette.line, palette.warmLine, pose.warmth);
    context.strokeStyle = rgba(colour, (0.62 * presence) / ring);
    context.stroke();
  }
}

function bodyGradient(context: OrbContext, radius: number, colours: BodyColours): CanvasGradient {
  const gradient = context.createLinearGradient(
    -radius * 0.6,
    -radius * 0.8,
    radius * 0.55,
    radius * 0.85,
  );
  gradient.addColorStop(0, rgba(colours.light, 1));
  gradient.addColorStop(0.55, rgba(colours.main, 1));
  gradient.addColorStop(1, rgba(colours.deep, 1));
  return gradient;
}

/** Soft lights inside the body, and its lit edge; the path of the body must be current. */
function drawGlow(
  context: OrbContext,
  frame: OrbFrame,
  radius: number,
  colours: BodyColours,
): void {
  const { glow } = frame.pose;
  context.save();
  context.clip();
  const lift = 0.7 + 0.3 * frame.voice;
  const lights = [colours.light, colours.cool, colours.light] as const;
  lights.forEach((colour, light) => {
    const angle = TURN * (frame.driftTurns * (light === 1 ? -1 : 1) + light / 3 - 0.2);
    const orbit = radius * (0.5 + 0.14 * Math.sin(frame.seconds * 0.9 + light * 2));
    const x = Math.cos(angle) * orbit;
    const y = Math.sin(angle) * orbit;
    const reach = radius * 0.85;
    const gradient = context.createRadialGradient(x, y, 0, x, y, reach);
    gradient.addColorStop(0, rgba(colour, 0.75 * glow * lift));
    gradient.addColorStop(0.5, rgba(colour, 0.26 * glow * lift));
    gradient.addColorStop(1, rgba(colour, 0));
    context.fillStyle = gradient;
    context.fillRect(x - reach, y - reach, 2 * reach, 2 * reach);
  });
  const edge = context.createLinearGradient(0, -radius, 0, radius);
  edge.addColorStop(0, 'rgb(255 255 255 / 0.55)');
  edge.addColorStop(0.5, 'rgb(255 255 255 / 0.06)');
  edge.addColorStop(1, 'rgb(255 255 255 / 0.18)');
  context.strokeStyle = edge;
  context.lineWidth = 3;
  context.stroke();
  context.restore();
}

/** Traces the outline as curves through the midpoints, so that it shows no corners. */
function tracePath(context: OrbContext, radius: number, seconds: number, amplitude: number): void {
  const pointAt = (point: number): readonly [number, number] => {
    const angle = (point / OUTLINE_POINTS) * TURN;
    const distance = radius * outlineRadius(angle, seconds, amplitude);
    return [Math.cos(angle) * distance, Math.sin(angle) * distance];
  };
  let [x, y] = pointAt(0);
  let [nextX, nextY] = pointAt(1);
  context.beginPath();
  context.moveTo((x + nextX) / 2, (y + nextY) / 2);
  for (let point = 1; point <= OUTLINE_POINTS; point += 1) {
    [x, y] = [nextX, nextY];
    [nextX, nextY] = pointAt(point + 1);
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.closePath();
}
