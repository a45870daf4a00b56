const ASCII_PER_TOKEN = 4;

/**
 * How many tokens a model makes of a text, roughly: a quarter of the characters of English, and one
 * for each character beyond ASCII, which is near for Chinese and too many for most other languages.
 */
export function estimateTokens(text: string): number {
  let others = 0;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) others++;
  return Math.ceil((text.length - others) / ASCII_PER_TOKEN) + others;
}
