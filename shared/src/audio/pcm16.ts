/** Speech is mono at this rate from the microphone to the transcriber. */
export const SPEECH_HZ = 16_000;
export const SPEECH_SAMPLES_PER_MS = SPEECH_HZ / 1_000;

/** What a PCM16 sample is multiplied with to lie in −1…1. */
export const PCM16_SCALE = 1 / 32_768;

/** A float in −1…1 as a PCM16 sample; louder ones are clipped. */
export function pcm16Of(sample: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)));
}

/** Floats in −1…1 as PCM16; louder ones are clipped. */
export function toPcm16(samples: Float32Array): Int16Array<ArrayBuffer> {
  const pcm = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i += 1) pcm[i] = pcm16Of(samples[i]!);
  return pcm;
}

/** Several pieces of audio as one. */
export function joinPcm16(pieces: readonly Int16Array[]): Int16Array<ArrayBuffer> {
  const whole = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
