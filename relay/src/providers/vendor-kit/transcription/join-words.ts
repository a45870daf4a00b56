/** Joins what was recognised piece by piece. @param language - BCP 47 */
export function joinWords(pieces: readonly string[], language: string): string {
  // Languages written without spaces between words.
  const separator = /^(ja|zh|th)\b/i.test(language) ? '' : ' ';
  return pieces.filter((piece) => piece !== '').join(separator);
}
