/** −70 dBFS: softer playback leaves no echo that matters. */
export const SOUNDING_POWER = 1e-7;
/** A room and the way to the ear and back are silent after so long. */
export const ECHO_TAIL_MS = 400;

/** Mean square of samples in −1…1. */
export function powerOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum / samples.length;
}
