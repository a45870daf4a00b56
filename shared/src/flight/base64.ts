/** Bytes turned into characters at once: `fromCharCode` has a limit of arguments. */
const SLICE_BYTES = 8_192;

/** PCM16 samples, little-endian, or a packet of Opus as base64. */
export function toBase64(audio: Int16Array | Uint8Array): string {
  const bytes = new Uint8Array(audio.buffer, audio.byteOffset, audio.byteLength);
  let characters = '';
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    characters += String.fromCharCode(...bytes.subarray(start, start + SLICE_BYTES));
  }
  return btoa(characters);
}

/** PCM16 samples. @returns undefined if it is not base64, or not of whole samples */
export function fromBase64(text: string): Int16Array | undefined {
  const bytes = bytesFromBase64(text);
  if (bytes === undefined || bytes.length % 2 !== 0) return undefined;
  return new Int16Array(bytes.buffer);
}

/** @returns undefined if it is not base64 */
export function bytesFromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  let characters: string;
  try {
    characters = atob(text);
  } catch {
    return undefined;
  }
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}
