/** The person's own English if they have one: BCP 47. */
export function recognitionLanguage(preferred: string): string {
  return /^en\b/i.test(preferred) ? preferred : 'en-US';
}
