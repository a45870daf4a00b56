/** Codes that vendors and people use for one and the same language. */
const SAME: Readonly<Record<string, string>> = {
  nb: 'no',
  nn: 'no',
  fil: 'tl',
  cmn: 'zh',
  iw: 'he',
};

/** What is offered beside a stage that may know any language: widely spoken ones. */
const WIDELY_SPOKEN: readonly string[] = (
  'ar bg ca cs da de el en es fi fr he hi hr hu id it ja ko ' +
  'ms nl no pl pt ro ru sk sv th tr uk vi zh'
).split(' ');

/** The languages of a provider or a voice, as primary BCP 47 subtags; undefined: any. */
export type Languages = readonly string[] | undefined;

/** @param tag - BCP 47 @returns the primary subtag of the language, e.g. `de` */
export function primaryLanguage(tag: string): string {
  const subtag = tag.split('-')[0]!.toLowerCase();
  return SAME[subtag] ?? subtag;
}

/** @param tag - BCP 47 */
export function knowsLanguage(languages: Languages, tag: string): boolean {
  return languages === undefined || codeAmong(languages, tag) !== undefined;
}

/**
 * The code by which a vendor knows a language: its own, if it lists it.
 *
 * @param tag - BCP 47
 */
export function vendorCode(languages: Languages, tag: string): string {
  return (languages && codeAmong(languages, tag)) ?? tag.split('-')[0]!;
}

function codeAmong(languages: readonly string[], tag: string): string | undefined {
  const wanted = primaryLanguage(tag);
  return languages.find((code) => primaryLanguage(code) === wanted);
}

/** What several know together. */
export function languagesOfAll(each: readonly Languages[]): Languages {
  const known: string[] = [];
  for (const languages of each) {
    if (languages === undefined) return undefined;
    known.push(...languages.filter((code) => !knowsLanguage(known, code)));
  }
  return known;
}

/** The voices that know a language. @param language - BCP 47; undefined: any */
export function speakersIn<Voice extends { readonly languages?: Languages }>(
  language: string | undefined,
  voices: readonly Voice[],
): readonly Voice[] {
  if (language === undefined) return voices;
  return voices.filter(({ languages }) => knowsLanguage(languages, language));
}

/** What the operator says of languages. */
export interface LanguagePolicy {
  /** BCP 47: that of calls which choose none. */
  readonly language: string;
  /** BCP 47: the only ones that may be chosen, in this order; undefined: all that are known. */
  readonly languages?: readonly string[] | undefined;
}

/** What the providers of each stage know together. */
export interface StageLanguages {
  readonly transcriber: Languages;
  readonly generator: Languages;
  readonly synthesizer: Languages;
}

/**
 * The languages that a call may choose, BCP 47; the first is that of calls which choose none.
 *
 * The operator's own language is left out only if no provider of a stage knows it: people would not
 * be heard, or not be answered. The setting may be an accident, since desktops set a variable of
 * the same name.
 */
export function offeredLanguages(
  { transcriber, generator, synthesizer }: StageLanguages,
  { language, languages }: LanguagePolicy,
): readonly [string, ...string[]] {
  const isKnown = (tag: string) =>
    [transcriber, generator, synthesizer].every((known) => knowsLanguage(known, tag));
  const listed =
    transcriber === undefined || synthesizer === undefined
      ? WIDELY_SPOKEN
      : transcriber.map(primaryLanguage).toSorted();
  const choices = (languages ?? listed).filter(isKnown);
  const english = choices.find((tag) => primaryLanguage(tag) === 'en');
  const first = isKnown(language) ? language : (english ?? choices[0] ?? language);
  const isOther = (tag: string) =>
    languages === undefined ? primaryLanguage(tag) !== primaryLanguage(first) : tag !== first;
  return [first, ...new Set(choices.filter(isOther))];
}

/**
 * The one of the offered languages that is meant: `en` is met by `en-US`.
 *
 * @returns undefined if it is not offered
 */
export function languageAmong(offered: readonly string[], tag: string): string | undefined {
  const lower = tag.toLowerCase();
  return (
    offered.find((each) => each.toLowerCase() === lower) ??
    offered.find((each) => primaryLanguage(each) === primaryLanguage(tag))
  );
}
