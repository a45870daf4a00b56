import type { CallPhase } from '../../client/index.ts';

/** What the orb expresses. */
export type OrbMood =
  | Exclude<CallPhase, 'ended'>
  | 'muted'
  | 'off'
  /** The browser asks for the microphone. */
  | 'asking'
  /** The microphone was refused. */
  | 'blocked'
  /** Another program has the microphone. */
  | 'busy'
  /** The microphone is missing, or lost. */
  | 'absent'
  /** The call ended in an error. */
  | 'failed';

/** How the orb holds itself in a mood. All values are 0–1 unless they say otherwise. */
export interface OrbPose {
  /** Radius of the body, as a share of the space it has. */
  readonly size: number;
  /** Depth of the slow breath, share of the radius; the style sheet moves it. */
  readonly breath: number;
  /** How far the outline leaves the circle at rest, share of the radius. */
  readonly wobble: number;
  /** How much of the microphone's level moves the outline. */
  readonly microphoneGain: number;
  /** How much the voice's level moves the body and the veils around it. */
  readonly voiceGain: number;
  /** Strength of the rings that run outwards. */
  readonly rings: number;
  /** Strength of the light that wanders inside. */
  readonly glow: number;
  /** How fast that light wanders, turns a second. */
  readonly drift: number;
  /** Filled body (1) or outline alone (0). */
  readonly fill: number;
  /** Full colour (1) or grey (0). */
  readonly colour: number;
  /** The colour of a warning (1) in place of the orb's own (0). */
  readonly warmth: number;
  /** Soft light around the body; the style sheet draws it. */
  readonly halo: number;
}

const AT_REST: OrbPose = {
  size: 0.62,
  breath: 0.018,
  wobble: 0.006,
  microphoneGain: 0,
  voiceGain: 0,
  rings: 0,
  glow: 0.45,
  drift: 0.04,
  fill: 1,
  colour: 1,
  warmth: 0,
  halo: 0.5,
};

/** An outline that does not move. */
const OPEN: OrbPose = { ...AT_REST, breath: 0, wobble: 0, glow: 0, fill: 0, halo: 0 };

export const ORB_POSES: Readonly<Record<OrbMood, OrbPose>> = {
  idle: AT_REST,
  starting: { ...AT_REST, size: 0.56, breath: 0.035, glow: 0.3, halo: 0.3 },
  listening: {
    ...AT_REST,
    size: 0.58,
    wobble: 0.014,
    microphoneGain: 0.04,
    rings: 0.35,
    halo: 0.6,
  },
  hearing: {
    ...AT_REST,
    size: 0.56,
    wobble: 0.02,
    microphoneGain: 0.055,
    rings: 1,
    glow: 0.55,
    halo: 0.9,
  },
  thinking: { ...AT_REST, size: 0.54, wobble: 0.01, glow: 1, drift: 0.32, halo: 0.35 },
  speaking: {
    ...AT_REST,
    size: 0.6,
    wobble: 0.012,
    voiceGain: 1,
    glow: 0.8,
    drift: 0.12,
    halo: 0.8,
  },
  muted: { ...OPEN, size: 0.58, breath: 0.008 },
  // What is said meanwhile is kept: rings, as if it were heard.
  reconnecting: { ...AT_REST, size: 0.54, breath: 0.03, rings: 0.6, colour: 0.15, halo: 0.15 },
  off: { ...AT_REST, size: 0.56, breath: 0.01, glow: 0.3, colour: 0.55, halo: 0.25 },
  // Open, with rings that wait for the person's word.
  asking: { ...OPEN, size: 0.5, breath: 0.05, rings: 0.9, halo: 0.2 },
  // Shut, and still: nothing is heard before the person does something.
  blocked: { ...AT_REST, size: 0.5, breath: 0, wobble: 0, glow: 0.1, warmth: 1, halo: 0 },
  // Open, with rings that are not the person's.
  busy: { ...OPEN, size: 0.5, rings: 0.6, warmth: 1 },
  // An empty place.
  absent: { ...OPEN, size: 0.54, warmth: 1 },
  // Slack, and grey.
  failed: { ...OPEN, size: 0.44, wobble: 0.05, fill: 1, colour: 0.1, warmth: 0.4 },
};

/** Whether nothing but the breath moves: one drawing is enough. */
export function isCalm({ microphoneGain, voiceGain, drift }: OrbPose): boolean {
  return microphoneGain === 0 && voiceGain === 0 && drift <= AT_REST.drift;
}

/** Moods that follow a voice; in the others half the frames look the same. */
export const LIVELY_MOODS: ReadonlySet<OrbMood> = new Set(['hearing', 'speaking']);

/** Time for a pose to come two thirds of the way to the next. */
const EASE_MS = 140;

const POSE_VALUES = Object.keys(AT_REST) as (keyof OrbPose)[];

/** Moves a pose towards another; independent of the frame rate. */
export function easedPose(from: OrbPose, to: OrbPose, elapsedMs: number): OrbPose {
  const share = 1 - Math.exp(-elapsedMs / EASE_MS);
  const eased: { -readonly [name in keyof OrbPose]: number } = { ...to };
  for (const name of POSE_VALUES) eased[name] = from[name] + (to[name] - from[name]) * share;
  return eased;
}

/** Whether no eye can tell two poses apart. */
export function isNear(pose: OrbPose, other: OrbPose): boolean {
  return POSE_VALUES.every((name) => Math.abs(pose[name] - other[name]) < 0.003);
}

/**
 * The outline's radius at an angle, relative to the body's radius.
 *
 * A sum of three low harmonics that travel at unrelated speeds, so that it never visibly repeats.
 *
 * @param angle radians
 * @param seconds time
 * @param amplitude largest departure from the circle, share of the radius
 */
export function outlineRadius(angle: number, seconds: number, amplitude: number): number {
  const wave =
    0.5 * Math.sin(2 * angle + 1.1 * seconds) +
    0.32 * Math.sin(3 * angle - 1.7 * seconds + 1.3) +
    0.18 * Math.sin(5 * angle + 2.3 * seconds + 0.4);
  return 1 + amplitude * wave;
}
