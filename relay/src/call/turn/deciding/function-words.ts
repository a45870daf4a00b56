/** By the language's ISO 639-1 code: sounds and words with which people keep the turn. */
const FILLERS = table({
  en: 'um uh er erm hm hmm',
  de: 'äh ähm öh öhm hm hmm',
  fr: 'euh heu hm ben bah',
  es: 'eh em este hm',
  it: 'ehm eh mmm uhm',
  pt: 'hum éh ahn hm',
  nl: 'eh ehm uh uhm hm',
});

/** Words with which no sentence of the language ends. */
const OPEN_WORDS = table({
  de: `der die das den dem des ein eine einen einem einer eines kein keine keinen mein meine meinen
    dein deine unser unsere und oder aber denn weil dass ob wenn sondern sowie in im am zum zur von
    vom für ohne gegen um bei beim ist sind war bin habe hat haben sehr zu wie als ich du er wir ihr`,
  fr: `le la les l un une des du de d au aux mon ma mes ton ta tes son sa ses notre votre leur leurs
    ce cette ces et ou mais donc car que qu parce quand si comme dans sur sous avec sans pour par
    chez vers en est sont suis ai as a très plus je j tu il elle on nous vous ils elles ne n se s`,
  es: `el la los las un una unos unas mi mis tu tus su sus este esta ese esa y e o u pero porque que
    cuando si como de del al a en con sin para por sobre entre hasta desde es son está muy más yo
    se me te le nos no`,
  it: `il lo la i gli le l un uno una del della dei delle mio mia tuo tua suo sua questo questa e o
    ma perché che quando se come di a da in con su per tra fra al alla nel nella dal dalla è sono ho
    molto più io si mi ti ci non`,
  pt: `o a os as um uma uns umas meu minha teu tua seu sua este esta esse essa e ou mas porque que
    quando se como de do da dos das em no na nos nas com sem para por pelo pela até desde é são está
    muito mais eu ele ela me te lhe`,
  nl: `de het een mijn jouw zijn haar ons onze hun dit dat deze die en of maar want omdat als wanneer
    om te in op aan van voor met zonder naar bij uit door over is ben bent heb heeft hebben heel erg
    zeer ik jij je hij zij ze wij we`,
});

export function isFiller(word: string, language: string): boolean {
  return FILLERS.get(language)?.has(word) ?? FILLERS.get('en')!.has(word);
}

export function isOpenWord(word: string, language: string): boolean {
  return OPEN_WORDS.get(language)?.has(word) ?? false;
}

function table(lists: Readonly<Record<string, string>>): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    Object.entries(lists).map(([language, words]) => [language, new Set(words.split(/\s+/))]),
  );
}
