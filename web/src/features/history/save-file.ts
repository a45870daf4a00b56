/** Hands a file to the browser's downloads. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download holds on to the content by itself once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Of a file's name: sorts by time, without what file systems refuse. */
export function fileInstant(now = new Date()): string {
  return now.toISOString().slice(0, 19).replaceAll(':', '-');
}

/** A file's name from a title: letters and digits of any script, set apart by dashes. */
export function fileNameOf(title: string, extension: string): string {
  const words = title.normalize('NFC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const name = [...words.join('-').toLowerCase()].slice(0, 60).join('');
  return `${name || 'conversation'}.${extension}`;
}
