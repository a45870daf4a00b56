import { writeFileSync } from 'node:fs';

export const MICROPHONE_HZ = 16_000;

/** PCM16 mono at 16 kHz, all zero. */
export function silence(ms: number): Int16Array {
  return new Int16Array(Math.round((ms * MICROPHONE_HZ) / 1_000));
}

export function joined(...parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A sine of even loudness, in which any gap or jump shows. */
export function tone(ms: number, rateHz: number, hz = 440, amplitude = 0.3): Int16Array {
  return Int16Array.from({ length: Math.round((ms * rateHz) / 1_000) }, (_, n) =>
    Math.round(32_767 * amplitude * Math.sin((2 * Math.PI * hz * n) / rateHz)),
  );
}

/** Writes PCM16 mono as a WAV file (RIFF, format 1). */
export function writeWav(path: string, samples: Int16Array, rateHz = MICROPHONE_HZ): void {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  writeFileSync(path, Buffer.concat([header, data]));
}

/** From the first to the last moment that is not near silence, ms. */
export function spokenMs(samples: Int16Array | Float32Array, rateHz = MICROPHONE_HZ): number {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  const isLoud = (sample: number) => Math.abs(sample) > peak / 10;
  const span = samples.findLastIndex(isLoud) - samples.findIndex(isLoud);
  return (span * 1_000) / rateHz;
}
