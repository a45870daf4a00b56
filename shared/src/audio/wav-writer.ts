/** Length of the header that is written here; files by others may have longer ones. */
export const WAV_HEADER_BYTES = 44;

const ascii = new TextEncoder();

/**
 * The beginning of a WAV file of PCM16; its samples follow.
 *
 * @param samples - of each channel
 */
export function wavHeader(
  samples: number,
  sampleRateHz: number,
  channels = 1,
): Uint8Array<ArrayBuffer> {
  const frameBytes = 2 * channels;
  const header = new Uint8Array(WAV_HEADER_BYTES);
  const view = new DataView(header.buffer);
  ascii.encodeInto('RIFF', header);
  view.setUint32(4, WAV_HEADER_BYTES - 8 + samples * frameBytes, true);
  ascii.encodeInto('WAVEfmt ', header.subarray(8));
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 16, true);
  ascii.encodeInto('data', header.subarray(36));
  view.setUint32(40, samples * frameBytes, true);
  return header;
}

/** A WAV file of PCM16 mono. */
export function encodeWav(samples: Int16Array, sampleRateHz: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(WAV_HEADER_BYTES + samples.byteLength);
  file.set(wavHeader(samples.length, sampleRateHz));
  file.set(
    new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
    WAV_HEADER_BYTES,
  );
  return file;
}
