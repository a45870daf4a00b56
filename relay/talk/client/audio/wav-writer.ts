const HEADER_BYTES = 44;

/** A WAV file of PCM16 mono. */
export function encodeWav(samples: Int16Array, sampleRateHz: number): Uint8Array {
  const file = new Uint8Array(HEADER_BYTES + samples.byteLength);
  const view = new DataView(file.buffer);
  writeTag(file, 0, 'RIFF');
  view.setUint32(4, file.byteLength - 8, true);
  writeTag(file, 8, 'WAVE');
  writeTag(file, 12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  writeTag(file, 36, 'data');
  view.setUint32(40, samples.byteLength, true);
  file.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), HEADER_BYTES);
  return file;
}

function writeTag(file: Uint8Array, at: number, tag: string): void {
  for (let index = 0; index < tag.length; index++) file[at + index] = tag.charCodeAt(index);
}
