/** ITU-T G.711: 8 kHz telephony, a byte a sample. */
export const G711_HZ = 8_000;

export type Law = 'pcmu' | 'pcma';

const BIAS = 0x84;
const CLIP = 32_635;

const DECODED: Readonly<Record<Law, Int16Array>> = {
  pcmu: Int16Array.from({ length: 256 }, (_, byte) => decodeMu(byte)),
  pcma: Int16Array.from({ length: 256 }, (_, byte) => decodeA(byte)),
};

/** @returns PCM16 at 8 kHz */
export function fromG711(bytes: Uint8Array, law: Law): Int16Array {
  const table = DECODED[law];
  return Int16Array.from(bytes, (byte) => table[byte]!);
}

/** @param samples - PCM16 at 8 kHz */
export function toG711(samples: Int16Array, law: Law): Uint8Array {
  const encode = law === 'pcmu' ? encodeMu : encodeA;
  return Uint8Array.from(samples, encode);
}

function decodeMu(byte: number): number {
  const value = ~byte & 0xff;
  const magnitude = ((((value & 0x0f) << 3) + BIAS) << ((value >> 4) & 7)) - BIAS;
  return (value & 0x80) === 0 ? magnitude : -magnitude;
}

function encodeMu(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const exponent = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

function decodeA(byte: number): number {
  const value = byte ^ 0x55;
  const exponent = (value >> 4) & 7;
  const mantissa = ((value & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return (value & 0x80) === 0 ? -magnitude : magnitude;
}

function encodeA(sample: number): number {
  const magnitude = Math.min(sample < 0 ? -sample - 1 : sample, 0x7fff);
  const exponent = Math.max(0, 24 - Math.clz32(magnitude));
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | mantissa) ^ 0x55;
}
