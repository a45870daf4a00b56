/** By the language's ISO 639-1 code. English holds beside each of them: "okay" and "stop" travel. */
export const INTERJECTIONS: Readonly<Record<string, InterjectionLists>> = {
  en: {
    listening: list(`
      hm, hmm, mm, m, ah, aah, oh, ooh, huh, wow, um, uh, er, erm, eh, i see, oh i see, oh really,
      really, no way, interesting, nice, cool, great, wonderful, amazing, awesome, haha, ha ha, ha,
      oh wow, oh dear, go on, oh my, oh my god, good to know, that's nice, that's cool,
      that's interesting, that's great, that's funny, that makes sense, makes sense, fair enough,
      of course not, oh no, oh nice, oh cool, oh great, oh good, tell me more, keep going,
      well well, go ahead, is that so, you don't say, how nice, lovely
    `),
    agreement: list(`
      mhm, mmhm, mhmm, mm hm, mm hmm, m hm, mm mm, uh huh, aha, ah ha, yeah, yea, yep, yup, yes, ya,
      okay, ok, o k, okey dokey, okie dokie, right, alright, all right, sure, sure thing, got it,
      i got it, gotcha, got you, understood, i understand, exactly, true, that's true, that's right,
      correct, indeed, absolutely, definitely, totally, certainly, of course, good, very good, fine,
      perfect, agreed, i agree, i know, yes yes, you're right, sounds good, that's good, that's fine,
      no problem, i see i see, oh yeah, oh yes, oh okay, oh right, ah yes, ah okay, ah right, for sure
    `),
    stop: list(`
      stop, stop it, stop that, stop there, stop talking, stop speaking, stop right there,
      stop it there, can you stop, could you stop, will you stop, would you stop, wait, wait wait,
      wait a minute, wait a second, wait a moment, wait a sec, wait there, wait up, hold on,
      hold on a second, hold on a minute, hold on a moment, hold on a sec, hold it, hold up, hang on,
      hang on a second, hang on a minute, hang on a moment, hang on a sec, one moment, one second,
      one sec, one minute, just a moment, just a second, just a sec, just a minute, just one moment,
      just one second, give me a second, give me a moment, give me a minute, give me a sec, pause,
      pause there, enough, that's enough, that is enough, enough of that, enough already, i've heard
      enough, that'll do, that will do, that's all, quiet, be quiet, keep quiet, silence, sh, shh,
      shush, hush, shut up, shut it, zip it, never mind, nevermind, forget it, forget about it,
      forget that, cancel, cancel that, skip it, skip that, no more, no stop, don't, let me speak,
      let me talk, let me finish, not now, i've got it already, whoa, whoa whoa
    `),
    refusal: list(`
      no, nope, nah, no no, no thanks, no thank you, not that, not really, uh uh, nuh uh, no need,
      no way jose
    `),
    beside: list(`
      please, now, just, parley, hey, oh, ah, um, uh, well, so, actually, sorry, thanks, thank you,
      for me, for now, then, right now, already, for a second, for a moment, for a minute
    `),
  },
  de: {
    listening: list(`
      hm, hmm, mm, ah, oh, ach, ach so, achso, ach was, aso, echt, wirklich, tatsächlich, na ja, naja,
      soso, so so, äh, ähm, öh, interessant, spannend, toll, cool, schön, super, wow, krass, oha, oje,
      sieh an, sag bloß, weiter, und weiter, ich verstehe, verstehe, ach ja, nanu
    `),
    agreement: list(`
      mhm, mhmm, aha, ja, jaja, ja ja, jo, jep, jawohl, jap, okay, ok, genau, ganz genau, stimmt,
      das stimmt, richtig, klar, alles klar, na klar, gut, sehr gut, in ordnung, natürlich, sicher,
      verstanden, eben, doch, freilich, passt, einverstanden, gerne, ja genau, ja klar, ja gut, gewiss
    `),
    stop: list(`
      stopp, stop, halt, warte, warte mal, warten sie, wart, wart mal, moment, moment mal, einen moment,
      einen augenblick, augenblick, sekunde, eine sekunde, kurz warten, genug, es reicht, das reicht,
      reicht, aufhören, hör auf, hören sie auf, ruhe, sei still, sei ruhig, still, leise, schluss,
      schweig, halt den mund, halt die klappe, vergiss es, egal, schon gut, lass gut sein, lass das,
      pause, abbrechen, abbruch, lass mich ausreden, nicht jetzt, jetzt nicht, psst, pst
    `),
    refusal: list('nein, ne, nee, nö, nein nein, nein danke, nicht das, auf keinen fall'),
    beside: list('bitte, mal, jetzt, doch, ach, na, äh, ähm, danke, also, sofort, bitte mal'),
  },
  fr: {
    listening: list(`
      hm, hmm, mm, ah, oh, euh, heu, ah bon, vraiment, tiens, ça alors, dis donc, intéressant, super,
      génial, cool, chouette, je vois, ah oui, ah d'accord, bah, ben, oh là là, continue, et alors
    `),
    agreement: list(`
      mhm, oui, ouais, mouais, ok, okay, d'accord, d'acc, bien, très bien, bien sûr, voilà, exact,
      exactement, tout à fait, c'est ça, c'est vrai, parfait, entendu, compris, j'ai compris,
      évidemment, absolument, certes, si, c'est bon, oui oui, en effet, effectivement, ça marche
    `),
    stop: list(`
      stop, arrête, arrêtez, arrête ça, attends, attendez, attends un peu, une seconde, un moment,
      un instant, une minute, deux secondes, assez, ça suffit, suffit, tais toi, taisez vous, chut,
      silence, laisse tomber, laissez tomber, oublie, pause, annule, annuler, c'est assez, ferme la,
      pas maintenant, laisse moi parler, laissez moi parler, halte
    `),
    refusal: list('non, nan, non non, non merci, pas ça, mais non, pas du tout'),
    beside: list(
      "s'il te plaît, s'il vous plaît, merci, maintenant, euh, ah, mais, bon, oh, là, alors",
    ),
  },
  es: {
    listening: list(`
      hm, hmm, mm, ah, oh, eh, este, vaya, anda, ya veo, de verdad, en serio, interesante, qué bien,
      qué bueno, genial, guau, caramba, no me digas, sigue, continúa, estupendo
    `),
    agreement: list(`
      mhm, ajá, aja, sí, si, ya, vale, ok, okay, okey, claro, claro que sí, bien, muy bien, bueno,
      de acuerdo, entiendo, entendido, comprendo, exacto, exactamente, correcto, cierto, eso es, así es,
      por supuesto, perfecto, desde luego, es verdad, está bien, sí sí, ya ya, seguro
    `),
    stop: list(`
      para, pare, para ya, alto, basta, basta ya, ya basta, espera, espere, espérate, espera un momento,
      un momento, un segundo, un momentito, un minuto, momento, detente, deténgase, cállate, cállese,
      calla, silencio, suficiente, ya es suficiente, es suficiente, olvídalo, olvida, déjalo, cancela,
      cancelar, pausa, stop, ahora no, déjame hablar, chis
    `),
    refusal: list('no, no no, no gracias, eso no, que no, para nada'),
    beside: list('por favor, ya, ahora, pero, ah, eh, oye, gracias, bueno'),
  },
  it: {
    listening: list(`
      hm, hmm, mm, ah, oh, eh, boh, davvero, sul serio, interessante, bello, che bello, fantastico, wow,
      caspita, però, ma dai, dai, ma va, continua, vai avanti, capisco
    `),
    agreement: list(`
      mhm, aha, sì, si, già, ok, okay, va bene, bene, molto bene, certo, certamente, ho capito, capito,
      esatto, esattamente, giusto, vero, è vero, d'accordo, perfetto, naturalmente, sicuro, infatti,
      ecco, sì sì, va be, vabbè, appunto
    `),
    stop: list(`
      ferma, fermati, fermo, si fermi, stop, basta, basta così, aspetta, aspetti, aspetta un attimo,
      aspetta un momento, un attimo, un momento, un secondo, un minuto, attimo, zitto, zitta, sta zitto,
      stai zitto, silenzio, smettila, smetti, la smetta, lascia stare, lascia perdere, annulla, pausa,
      è abbastanza, abbastanza, non ora, non adesso, fammi parlare, alt
    `),
    refusal: list('no, no no, no grazie, non quello, ma no, per niente'),
    beside: list('per favore, per piacere, ora, adesso, ah, eh, ma, grazie, scusa, dai'),
  },
  pt: {
    listening: list(`
      hm, hmm, hum, mm, ah, oh, eh, é mesmo, sério, a sério, interessante, legal, que legal, que bom,
      nossa, puxa, uau, poxa, continua, continue, fixe, giro
    `),
    agreement: list(`
      mhm, aham, uhum, ahã, sim, é, pois, pois é, tá, tá bom, tá certo, está bem, está bom, ok, okay,
      certo, claro, com certeza, entendi, entendo, percebo, percebi, exato, exatamente, isso,
      isso mesmo, beleza, perfeito, bom, muito bem, verdade, é verdade, de acordo, sim sim, combinado
    `),
    stop: list(`
      para, pare, parem, pára, para com isso, espera, espere, espera aí, espera lá, peraí,
      espera um pouco, um momento, um segundo, um minuto, só um momento, só um segundo, só um minuto,
      um instante, chega, já chega, basta, cala a boca, cale se, silêncio, quieto, quieta, esquece,
      esqueça, deixa pra lá, deixa estar, cancela, cancelar, pausa, stop, agora não, deixa eu falar
    `),
    refusal: list('não, não não, não obrigado, não obrigada, isso não, nada disso'),
    beside: list('por favor, agora, ah, eh, mas, já, ei, obrigado, obrigada, aí'),
  },
  nl: {
    listening: list(`
      hm, hmm, mm, ah, oh, goh, tja, echt, echt waar, werkelijk, interessant, leuk, mooi, tof, wauw,
      jeetje, ga door, ga verder, zo zo, eh, uh, ehm, ik snap het, ik zie het
    `),
    agreement: list(`
      mhm, aha, ja, jaja, ja ja, jawel, jep, oké, ok, okay, oke, goed, heel goed, prima, klopt,
      dat klopt, precies, juist, inderdaad, natuurlijk, zeker, begrepen, ik begrijp het, snap ik,
      duidelijk, waar, akkoord, is goed, dat is waar, ja hoor, uiteraard
    `),
    stop: list(`
      stop, hou op, houd op, stop ermee, wacht, wacht even, wacht eens, even wachten, moment,
      een moment, momentje, een momentje, ogenblik, een ogenblik, seconde, een seconde, genoeg,
      zo is het genoeg, dat is genoeg, stil, wees stil, stilte, zwijg, hou je mond, houd je mond,
      kop dicht, laat maar, vergeet het, vergeet het maar, pauze, annuleer, niet nu, nu niet,
      laat mij praten, sst, ho
    `),
    refusal: list('nee, neen, nee nee, nee dank je, nee bedankt, niet dat, helemaal niet'),
    beside: list('alsjeblieft, alstublieft, nu, maar, even, eh, ah, oh, bedankt, eens'),
  },
};

/** What people say over a voice that speaks to them, in lower case, without punctuation. */
interface InterjectionLists {
  /** Sounds and words of a listener. They answer no question either. */
  readonly listening: readonly string[];
  /** Agreement: of a listener, or an answer if there was a question. */
  readonly agreement: readonly string[];
  /** Asks for silence, always. */
  readonly stop: readonly string[];
  /** Asks for silence, or is an answer if there was a question. */
  readonly refusal: readonly string[];
  /** Changes nothing beside a word that asks for silence: "please stop", "stop now". */
  readonly beside: readonly string[];
}

/** What a person says while a reply is heard. */
export type Interjection =
  /** The person only listens, aloud. */
  | 'backchannel'
  /** The person wants silence. */
  | 'stop'
  | 'other';

export interface InterjectionContext {
  /** BCP 47. */
  readonly language: string;
  /** The assistant has just asked something: "yes" is an answer then. */
  readonly isQuestion: boolean;
}

type Kind = keyof InterjectionLists;
type Phrases = ReadonlyMap<string, Kind>;

/** Longer utterances have something to say, even if each of their words is listed. */
const MAX_WORDS = 8;
/** Words of the longest listed phrase. */
const MAX_PHRASE_WORDS = 4;

const byLanguage = new Map<string, Phrases>();

/**
 * Sorts what a person says over a reply. The words count if they are made up of listed phrases
 * alone: "okay okay stop" asks for silence, "yeah but" does not listen any more.
 *
 * @param words - as the recogniser writes them; none at all count as a backchannel
 */
export function classifyInterjection(
  words: string,
  { language, isQuestion }: InterjectionContext,
): Interjection {
  const said = wordsOf(words);
  if (said.length === 0) return 'backchannel';
  if (said.length > MAX_WORDS) return 'other';
  const kinds = kindsOf(said, phrasesOf(language));
  if (kinds === undefined) return 'other';
  if (kinds.has('stop')) return 'stop';
  // "Yes please", "no but": more is wanted than to be heard.
  if (kinds.has('beside')) return 'other';
  if (isQuestion && (kinds.has('agreement') || kinds.has('refusal'))) return 'other';
  if (kinds.has('refusal')) return 'stop';
  return 'backchannel';
}

/** Whether more words could make a listed phrase of these: "I" → "I see". */
export function beginsInterjection(words: string, language: string): boolean {
  const said = wordsOf(words).join(' ');
  if (said === '') return false;
  for (const phrase of phrasesOf(language).keys()) {
    if (phrase.startsWith(`${said} `)) return true;
  }
  return false;
}

/** @returns undefined if a part of the words is not listed */
function kindsOf(said: readonly string[], phrases: Phrases): ReadonlySet<Kind> | undefined {
  const kinds = new Set<Kind>();
  for (let at = 0; at < said.length;) {
    let length = Math.min(MAX_PHRASE_WORDS, said.length - at);
    let kind: Kind | undefined;
    for (; length > 0; length -= 1) {
      kind = phrases.get(said.slice(at, at + length).join(' '));
      if (kind !== undefined) break;
    }
    if (kind === undefined) return undefined;
    kinds.add(kind);
    at += length;
  }
  return kinds;
}

function phrasesOf(language: string): Phrases {
  const code = language.toLowerCase().split('-')[0]!;
  const own = Object.hasOwn(INTERJECTIONS, code) ? code : 'en';
  const known = byLanguage.get(own);
  if (known !== undefined) return known;
  const phrases = new Map<string, Kind>();
  // The language itself comes last, because its meaning counts.
  for (const lists of [INTERJECTIONS['en']!, INTERJECTIONS[own]!]) {
    // What also stands beside other words has a meaning of its own.
    for (const kind of ['beside', 'listening', 'agreement', 'stop', 'refusal'] as const) {
      for (const phrase of lists[kind]) phrases.set(wordsOf(phrase).join(' '), kind);
    }
  }
  byLanguage.set(own, phrases);
  return phrases;
}

/** "Uh-huh, nooo!" → uh huh no */
function wordsOf(text: string): readonly string[] {
  const plain = text.normalize('NFC').toLowerCase().replaceAll('’', "'");
  const words = plain.match(/[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}]+)*/gu) ?? [];
  return words.map((word) => word.replaceAll(/(\p{L})\1{2,}/gu, '$1'));
}

function list(phrases: string): readonly string[] {
  return phrases
    .split(',')
    .map((phrase) => phrase.trim().replaceAll(/\s+/g, ' '))
    .filter((phrase) => phrase !== '');
}
