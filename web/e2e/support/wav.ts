import { writeFileSync } from 'node:fs';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { encodeWav } from '@parley/shared/audio/wav-writer';

export const MICROPHONE_HZ = 16_000;

/** PCM16 mono at 16 kHz, all zero. */
export function silence(ms: number): Int16Array {
  return new Int16Array(Math.round((ms * MICROPHONE_HZ) / 1_000));
}

export function joined(...parts: readonly Int16Array[]): Int16Array {
  return joinPcm16(parts);
}

/** A sine of even loudness, in which any gap or jump shows. */
export function tone(ms: number, rateHz: number, hz = 440, amplitude = 0.3): Int16Array {
  return Int16Array.from({ length: Math.round((ms * rateHz) / 1_000) }, (_, n) =>
    Math.round(32_767 * amplitude * Math.sin((2 * Math.PI * hz * n) / rateHz)),
  );
}

/** Writes PCM16 mono as a WAV file. */
export function writeWav(path: string, samples: Int16Array, rateHz = MICROPHONE_HZ): void {
  writeFileSync(path, encodeWav(samples, rateHz));
}

/** From the first to the last moment that is not near silence, ms. */
export function spokenMs(samples: Int16Array | Float32Array, rateHz = MICROPHONE_HZ): number {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  const isLoud = (sample: number) => Math.abs(sample) > peak / 10;
  const span = samples.findLastIndex(isLoud) - samples.findIndex(isLoud);
  return (span * 1_000) / rateHz;
}
