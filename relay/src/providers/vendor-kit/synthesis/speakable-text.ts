/** Whether there is anything to say; vendors answer other text with errors or noise. */
export function isSpeakable(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** Cuts a text that is too long for one request, between words if there are any. */
export function splitText(text: string, maxCharacters: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > maxCharacters) {
    const space = rest.lastIndexOf(' ', maxCharacters);
    let at = space > 0 ? space : maxCharacters;
    // Not between the halves of a character outside the basic plane.
    if (/[\uD800-\uDBFF]/.test(rest[at - 1]!)) at -= 1;
    pieces.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...pieces, rest].filter((piece) => piece.trim() !== '');
}
