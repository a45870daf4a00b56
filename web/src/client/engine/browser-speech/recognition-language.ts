/**
 * The language in which a browser is to hear and speak: the person's own variety of the call's
 * language if they have one.
 *
 * @param preferred - of the browser, BCP 47
 * @param wanted - the call's, BCP 47
 */
export function recognitionLanguage(preferred: string, wanted = 'en-US'): string {
  const [language = wanted] = wanted.split('-');
  if (preferred.split('-')[0]?.toLowerCase() === language.toLowerCase()) return preferred;
  if (wanted !== language) return wanted;
  try {
    // Some recognisers know no language without a region.
    const { region } = new Intl.Locale(wanted).maximize();
    return region === undefined ? wanted : `${language}-${region}`;
  } catch {
    return wanted;
  }
}
