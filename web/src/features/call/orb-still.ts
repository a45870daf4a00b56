import { mixed, rgba } from '../../ui/colour-tokens.ts';
import type { OrbContext, OrbPalette } from './orb-drawing.ts';
import type { OrbPose } from './orb-pose.ts';

const TURN = 2 * Math.PI;

/** For people who want no motion, or whose system sets the colours: a disc with a ring. */
export function drawStillOrb(
  context: OrbContext,
  sizePx: number,
  pose: OrbPose,
  palette: OrbPalette,
): void {
  const radius = (sizePx / 2) * 0.58;
  const own = mixed(palette.still, palette.main, pose.colour);
  const main = mixed(own, palette.warmLine, pose.warmth);
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
  context.lineWidth = 2 + 4 * Math.max(pose.rings, pose.voiceGain, pose.glow > 0.9 ? 0.5 : 0);
  context.strokeStyle = rgba(palette.line, 0.75);
  context.stroke();
  context.restore();
}
