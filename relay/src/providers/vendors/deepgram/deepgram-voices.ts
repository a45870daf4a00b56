import { primaryLanguage } from '../../../call/stages/languages.ts';
import type { Voice } from '../../../call/stages/synthesizer/synthesizer.ts';
import { voiceLanguages } from './deepgram-languages.ts';

/**
 * A choice of the Aura-2 voices and their labels, by language. A voice's id is the model it is asked
 * for by.
 * Source: https://developers.deepgram.com/docs/tts-models
 */
const VOICES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  en: {
    thalia: 'American English',
    andromeda: 'American English',
    helena: 'American English',
    apollo: 'American English',
    arcas: 'American English',
    aries: 'American English',
    draco: 'British English',
    pandora: 'British English',
    hyperion: 'Australian English',
    theia: 'Australian English',
    amalthea: 'Filipino English',
  },
  es: { celeste: 'Colombian Spanish', estrella: 'Mexican Spanish', nestor: 'Peninsular Spanish' },
  de: { julius: 'German', viktoria: 'German', lara: 'German' },
  fr: { agathe: 'French', hector: 'French' },
  nl: { rhea: 'Dutch', sander: 'Dutch', beatrix: 'Dutch' },
  it: { livia: 'Italian', dionisio: 'Italian' },
  ja: { fujin: 'Japanese', izanami: 'Japanese' },
};

/** @param language - BCP 47: its voices come first, those of English if no voice speaks it */
export function auraVoices(language: string): readonly Voice[] {
  const spoken = primaryLanguage(language);
  const first = Object.hasOwn(VOICES, spoken) ? spoken : 'en';
  const others = Object.keys(VOICES).filter((code) => code !== first);
  return [first, ...others].flatMap((code) =>
    Object.entries(VOICES[code]!).map(([name, label]) => ({
      id: `aura-2-${name}-${code}`,
      label: `${titled(name)}, ${label}`,
      languages: [code],
    })),
  );
}

/**
 * The accents of some Flux voices, all of them English. A voice's id is `flux-{name}-en`.
 * Source: https://developers.deepgram.com/docs/flux-tts/voices
 */
const FLUX_ACCENTS: Readonly<Record<string, string>> = {
  haley: 'American English',
  heather: 'American English',
  cole: 'American English',
  alexis: 'American English',
  bruce: 'American English',
  priya: 'Indian English',
  jack: 'British English',
  rufus: 'British English',
};

/** Whether a voice is one of Flux, which are asked for in another way than those of Aura. */
export function isFluxVoice(id: string): boolean {
  return id.startsWith('flux-');
}

/** What a person asked for by id only. */
export function voiceOfId(id: string): Voice {
  const [, family, name = id, code] = /^(aura-2|flux)-([a-z]+)-([a-z]{2,5})$/.exec(id) ?? [];
  const accent = family === 'flux' ? FLUX_ACCENTS[name] : undefined;
  const languages = voiceLanguages(id);
  if (accent !== undefined) return { id, label: `${titled(name)}, ${accent}`, languages };
  const known = auraVoices(code ?? '').find((voice) => voice.id === id);
  return known ?? { id, label: family === undefined ? id : titled(name), languages };
}

function titled(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
