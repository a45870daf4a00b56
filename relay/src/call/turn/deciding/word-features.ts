/** Buckets that features are hashed into; each has one weight. */
export const FEATURE_BUCKETS = 32_768;

/** What the assistant has asked. */
export interface AskedQuestion {
  readonly kind:
    | 'none'
    | 'yes-no'
    | 'choice'
    | 'amount'
    | 'spelling'
    | 'name'
    | 'place-or-time'
    | 'open';
  /** Its first two words. */
  readonly opening: string;
}

export const NO_QUESTION: AskedQuestion = { kind: 'none', opening: '' };

/** Words that show how a sentence may continue. All others are known by their endings. */
const CLASSES: Readonly<Record<string, string>> = {
  article: 'a an the',
  possessive: 'my your his her its our their whose',
  demonstrative: 'this that these those',
  quantity:
    'some any every each no many much few several more most less enough all both other another such',
  preposition:
    'of to in on at by for from with about into onto over under between through during before after since until against without within behind beside near along across around off out up down towards per than as like via above below upon instead',
  coordinator: 'and or but nor plus minus times',
  subordinator:
    'because if when while although though unless whether that which who whom where why how whenever wherever so until since even',
  subject: 'i you he she it we they who there',
  object: 'me him us them myself yourself himself itself',
  be: "am is are was were be been being i'm you're he's she's it's we're they're that's there's what's who's where's how's isn't aren't wasn't weren't let's",
  have: "have has had having i've you've we've they've haven't hasn't hadn't i'd you'd he'd she'd we'd they'd",
  do: "do does did don't doesn't didn't",
  modal:
    "can could will would shall should may might must can't couldn't won't wouldn't shouldn't i'll you'll he'll she'll it'll we'll they'll gonna going",
  transitive:
    'want need make get give take put find tell show bring send buy call let keep use see know think say ask told said wants needs makes gets gives takes puts finds wanted needed made got gave took found bought called brought sent mean means set add turn change remind have going trying used',
  degree:
    'very really so too quite rather pretty just only even almost about nearly more most extremely completely as',
  adverb:
    'now then here there today tomorrow yesterday again later soon already yet still always never anymore tonight once twice together home away back well ago please too either though anyway outside inside',
  number:
    'zero oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million double triple half quarter first second third point',
  unit: 'minutes minute hours hour seconds days day weeks week months month years year euros dollars pounds percent degrees miles kilometres metres kilos times people nights',
  filler: 'um uh er erm hm hmm eh ah well',
  question: 'what which who where when why how',
  answer: 'yes yeah no okay sure right nope yep thanks',
};

const CLASS_OF: ReadonlyMap<string, string> = new Map(
  // The first class that a word stands in counts.
  Object.entries(CLASSES)
    .toReversed()
    .flatMap(([name, words]) => words.split(' ').map((word) => [word, name] as const)),
);
const VERB_CLASSES: ReadonlySet<string> = new Set([
  'be',
  'have',
  'do',
  'modal',
  'transitive',
  '-ed',
]);
const ENDINGS = [
  'ing',
  'ed',
  'ly',
  'tion',
  'ness',
  'ful',
  'ous',
  'ive',
  'able',
  'al',
  'er',
  'est',
  'y',
  's',
];

const START = '^';

/** "I'd like a coffee, please." → i'd like a coffee please */
export function toWords(text: string): readonly string[] {
  return (
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{N}]+(?:'\p{L}+)*/gu) ?? []
  );
}

/**
 * Calls `visit` with the bucket of each feature of a partial transcript: the n-grams of its last
 * words and of their classes, how it begins, how long it is, and what was asked. The same bucket
 * may come more than once.
 */
export function forEachFeature(
  words: readonly string[],
  { kind, opening }: AskedQuestion,
  visit: (bucket: number) => void,
): void {
  const add = (feature: string) => visit(hash(feature) % FEATURE_BUCKETS);
  const { length } = words;
  const [w1, w2, w3, w4] = [wordAt(words, 1), wordAt(words, 2), wordAt(words, 3), wordAt(words, 4)];
  const [c1, c2, c3, c4] = [classOf(w1), classOf(w2), classOf(w3), classOf(w4)];
  const size = sizeOf(length);
  add('bias');
  add(`w ${w1}`);
  add(`w ${w2} ${w1}`);
  add(`w ${w3} ${w2} ${w1}`);
  add(`w ${w4} ${w3} ${w2} ${w1}`);
  add(`c ${c1}`);
  add(`c ${c2} ${c1}`);
  add(`c ${c3} ${c2} ${c1}`);
  add(`c ${c4} ${c3} ${c2} ${c1}`);
  add(`m ${w2} ${c1}`);
  add(`m ${c2} ${w1}`);
  add(`m ${w3} ${c2} ${c1}`);
  add(`m ${c3} ${w2} ${c1}`);
  add(`e ${w1.slice(-3)}`);
  add(`n ${size}`);
  add(`n ${size} ${c1}`);
  // How it begins decides what it still needs: "if", "what", "I".
  const first = words[0] ?? START;
  const second = words[1] ?? '';
  add(`b ${first} ${size}`);
  add(`b ${first} ${second} ${size}`);
  add(`b ${classOf(first)} ${classOf(second)} ${size}`);
  add(`b ${classOf(first)} ${c2} ${c1}`);
  add(`v ${verbsIn(words)} ${c1}`);
  add(`v ${verbsIn(words)} ${size} ${first}`);
  add(`r ${sinceLink(words)} ${c1}`);
  add(`r ${sinceLink(words)} ${c2} ${c1}`);
  add(`q ${kind} ${size}`);
  if (kind === 'none') return;
  add(`q ${kind} ${c1}`);
  add(`q ${kind} ${c2} ${c1}`);
  add(`q ${kind} ${w1}`);
  add(`q ${opening} ${c1}`);
  add(`q ${opening} ${size}`);
}

/** What the last sentence of a reply asks. */
export function questionIn(reply: string | undefined): AskedQuestion {
  const trimmed = reply?.trimEnd() ?? '';
  if (!/[?？]["')]*$/.test(trimmed)) return NO_QUESTION;
  const sentence = trimmed
    .slice(0, -1)
    .split(/[.!?:]\s+/)
    .at(-1)!;
  const words = toWords(sentence);
  const opening = words.slice(0, 2).join(' ');
  return { kind: kindOf(words, opening), opening };
}

function kindOf(words: readonly string[], opening: string): AskedQuestion['kind'] {
  if (words.includes('spell') || words.includes('number') || words.includes('code'))
    return 'spelling';
  if (words.includes('email') || words.includes('address')) return 'spelling';
  if (words.includes('or') || words.includes('which')) return 'choice';
  if (/^how (?:many|much|long|old|far|often)/.test(opening)) return 'amount';
  const first = words[0] ?? '';
  if (first === 'where' || first === 'when' || / what (?:time|day)/.test(` ${opening}`))
    return 'place-or-time';
  if (first === 'who' || words.includes('name')) return 'name';
  return ['be', 'have', 'do', 'modal'].includes(classOf(first)) ? 'yes-no' : 'open';
}

function wordAt(words: readonly string[], fromEnd: number): string {
  return words[words.length - fromEnd] ?? START;
}

function classOf(word: string): string {
  if (word === START) return START;
  const known = CLASS_OF.get(word);
  if (known !== undefined) return known;
  if (word.length === 1) return 'letter';
  if (/\p{N}/u.test(word)) return 'number';
  const ending = ENDINGS.find((each) => word.length > each.length + 2 && word.endsWith(each));
  return ending === undefined ? 'plain' : `-${ending}`;
}

function sizeOf(length: number): number {
  if (length <= 6) return length;
  if (length <= 8) return 7;
  return length <= 11 ? 9 : 12;
}

/** Verbs so far: 0, 1, 2 or more. */
function verbsIn(words: readonly string[]): number {
  let verbs = 0;
  for (const each of words) if (VERB_CLASSES.has(classOf(each))) verbs += 1;
  return Math.min(2, verbs);
}

/** Words since the last one that asks for more of them: 0–3. */
function sinceLink(words: readonly string[]): string {
  for (let back = 1; back <= 4; back += 1) {
    const kind = classOf(wordAt(words, back));
    if (LINKS.has(kind)) return `${kind} ${back - 1}`;
  }
  return 'none';
}

const LINKS: ReadonlySet<string> = new Set([
  'coordinator',
  'subordinator',
  'preposition',
  'article',
  'possessive',
]);

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  return value >>> 0;
}
