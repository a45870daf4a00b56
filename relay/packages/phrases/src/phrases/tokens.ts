/**
 * Turns what was recognised or typed into tokens: lower-case words, digits such as `3.5`, and
 * parentheses. Symbols become the words one would say for them, contractions are written out, and
 * articles are dropped, because recognisers confuse them and people omit them.
 */
export function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (const word of spellOutSymbols(text).match(WORDS) ?? []) {
    for (const token of CONTRACTIONS.get(word) ?? [word]) {
      if (!ARTICLES.has(token)) tokens.push(token);
    }
  }
  return tokens;
}

const WORDS = /[()]|\d+(?:\.\d+)?|[\p{L}\p{M}']+/gu;
const ARTICLES = new Set(['a', 'an', 'the']);

/** Order matters: what needs its neighbours comes before what swallows them. */
const SYMBOLS: readonly (readonly [RegExp, string])[] = [
  [/[’‘`´]/g, "'"],
  [/(?<=\d),(?=\d{3}(?!\d))/g, ''],
  [/\b([ap])(?:\.\s?|\s)m\b\.?/g, '$1m '],
  [/(?<=\b\d{1,2}):(?=\d{2}\b)/g, ' '],
  [/(?<!\d)\.(?=\d)/g, '0.'],
  [/km\/h|\bkmh\b/g, ' kph '],
  [/\bm\/s\b/g, ' mps '],
  [/°\s*c\b/g, ' celsius '],
  [/°\s*f\b/g, ' fahrenheit '],
  [/°/g, ' degrees '],
  [/(?<=[\d)])\s*[x*×·]\s*(?=[\d(√-])/g, ' times '],
  [/[*×]/g, ' times '],
  [/[÷/]/g, ' divided by '],
  [/\+/g, ' plus '],
  [/(?<=\p{L})-(?=\p{L})/gu, ' '],
  [/[-−–]/g, ' minus '],
  [/%/g, ' percent '],
  [/²/g, ' squared '],
  [/³/g, ' cubed '],
  [/\^|\*\*/g, ' to the power of '],
  [/√|\bsqrt(?:\s+of\b)?/g, ' square root of '],
  [/(?<=\d)(?=\p{L})/gu, ' '],
];

function spellOutSymbols(text: string): string {
  // Compatibility forms would turn ² into 2, so canonical composition it is.
  let plain = text.normalize('NFC').toLowerCase();
  for (const [symbol, words] of SYMBOLS) plain = plain.replace(symbol, words);
  return plain;
}

/** A map, because people may type "constructor", which every object has. */
const CONTRACTIONS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    "what's": 'what is',
    whats: 'what is',
    "what're": 'what are',
    "when's": 'when is',
    "i've": 'i have',
    "i'll": 'i will',
    "isn't": 'is not',
    "who's": 'who is',
    whos: 'who is',
    "how's": 'how is',
    "where's": 'where is',
    "it's": 'it is',
    "that's": 'that is',
    "there's": 'there is',
    "i'm": 'i am',
    im: 'i am',
    "i'd": 'i would',
    "you're": 'you are',
    "let's": 'let us',
    lets: 'let us',
    "don't": 'do not',
    dont: 'do not',
    "didn't": 'did not',
    didnt: 'did not',
    "can't": 'cannot',
    cant: 'cannot',
  }).map(([contraction, words]) => [contraction, words.split(' ')]),
);
