/** Floats in −1…1 as PCM16; louder ones are clipped. */
export function toPcm16(samples: Float32Array): Int16Array<ArrayBuffer> {
  const pcm = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i += 1) {
    pcm[i] = Math.max(-32_768, Math.min(32_767, Math.round(samples[i]! * 32_768)));
  }
  return pcm;
}

/** What a PCM16 sample is multiplied with to lie in −1…1. */
export const PCM16_SCALE = 1 / 32_768;
