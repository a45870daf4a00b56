/** Bytes turned into characters at once: `fromCharCode` has a limit of arguments. */
const SLICE_BYTES = 8_192;

/** PCM16 samples, little-endian, as base64. */
export function toBase64(samples: Int16Array): string {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  let characters = '';
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    characters += String.fromCharCode(...bytes.subarray(start, start + SLICE_BYTES));
  }
  return btoa(characters);
}

/** @returns undefined if it is not base64, or not of whole samples */
export function fromBase64(text: string): Int16Array | undefined {
  let characters: string;
  try {
    characters = atob(text);
  } catch {
    return undefined;
  }
  if (characters.length % 2 !== 0) return undefined;
  const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
  return new Int16Array(bytes.buffer);
}
