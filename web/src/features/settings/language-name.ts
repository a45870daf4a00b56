/**
 * What people call their own language: `Deutsch` for `de`.
 *
 * @param tag - BCP 47
 */
export function languageName(tag: string): string {
  try {
    const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
    const [initial = ''] = name;
    return initial.toLocaleUpperCase(tag) + name.slice(initial.length);
  } catch {
    return tag;
  }
}
