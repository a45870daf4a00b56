/**
 * The language in which a browser is to hear and speak: the person's own variety of the call's
 * language if they have one.
 *
 * @param preferred - of the browser, BCP 47; some say nothing, or a locale of the system (`en_US`)
 * @param wanted - the call's, BCP 47
 */
export function recognitionLanguage(preferred: string | undefined, wanted = 'en-US'): string {
  const [language = wanted] = wanted.split('-');
  try {
    if (new Intl.Locale(preferred ?? '').language === language.toLowerCase()) return preferred!;
  } catch {
    // Of no use.
  }
  if (wanted !== language) return wanted;
  try {
    // Some recognisers know no language without a region.
    const { region } = new Intl.Locale(wanted).maximize();
    return region === undefined ? wanted : `${language}-${region}`;
  } catch {
    return wanted;
  }
}
