/** @returns PCM16 as a decoder takes it: full scale is 1, multiplied by a gain */
export function floatSamples(samples: Int16Array, gain: number): Float32Array {
  const scale = gain / 0x8000;
  const floats = new Float32Array(samples.length);
  // `Float32Array.from` takes a quarter as long as the decoders do.
  for (let at = 0; at < floats.length; at += 1) floats[at] = samples[at]! * scale;
  return floats;
}

export function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
