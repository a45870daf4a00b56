import { z } from 'zod';
import { splitList } from '../../../base/config/setting-kinds.ts';
import { setting } from '../../../base/config/settings.ts';
import { apiKeySetting, baseUrlSetting, modelSetting } from '../../vendor-kit/vendor-settings.ts';
import { defineVendor, type ProviderContext } from '../../vendor-kit/vendor.ts';
import { AURA, createAuraSynthesizer } from './deepgram-aura-synthesizer.ts';
import { createFluxTranscriber, FLUX } from './deepgram-flux-transcriber.ts';
import { createNovaTranscriber, NOVA } from './deepgram-nova-transcriber.ts';
import type { Synthesizer, Voice } from '../../../call/stages/synthesizer/synthesizer.ts';
import { readFluxVoice } from './deepgram-events.ts';
import { deepgramSpeech, type DeepgramVoices } from './deepgram-speech.ts';
import { SpeakProtocol } from './speak-protocol.ts';
import { primaryLanguage } from '../../../call/stages/languages.ts';
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

const FLUX_VOICE = 'deepgram-flux-voice';

const DEEPGRAM_SETTINGS = {
  DEEPGRAM_API_KEY: apiKeySetting(
    'Key of a Deepgram project; with it Deepgram can listen and speak.',
  ),
  DEEPGRAM_BASE_URL: baseUrlSetting(
    'https://api.deepgram.com',
    'Where Deepgram is reached; another one for data residency or a server of your own.',
  ),
  DEEPGRAM_FLUX_MODEL: setting(z.string().min(1).optional(), {
    type: 'model id',
    about:
      'The model that `deepgram-flux` listens by. Without it, `flux-general-en` for English and `flux-general-multi` for other languages.',
  }),
  DEEPGRAM_NOVA_MODEL: modelSetting('nova-3', 'The model that `deepgram-nova` listens by.'),
  DEEPGRAM_VOICES: setting(
    z
      .string()
      .optional()
      .transform((text) => (text === undefined ? undefined : splitList(text)))
      .pipe(z.array(z.string().min(1)).min(1).optional()),
    {
      type: 'comma-separated list of voices, e.g. `aura-2-thalia-en`',
      about:
        'The Deepgram voices that people may choose among, the first by default. Without it, a choice out of Aura’s for each of its languages. Voices of Flux, which speak English, are used only if they are named here, e.g. `flux-haley-en`; `deepgram-flux-voice` speaks them, before `deepgram-aura`.',
    },
  ),
};

interface Access {
  readonly DEEPGRAM_API_KEY: string | undefined;
  readonly DEEPGRAM_BASE_URL: string;
}

const isConfigured = (values: Access): boolean => values.DEEPGRAM_API_KEY !== undefined;

const accessOf = (values: Access) => ({
  baseUrl: values.DEEPGRAM_BASE_URL,
  apiKey: values.DEEPGRAM_API_KEY ?? '',
});

/** The voices that the settings name of one family; undefined if they name none. */
function namedVoices(
  values: { readonly DEEPGRAM_VOICES: readonly string[] | undefined },
  isFlux: boolean,
) {
  const named = values.DEEPGRAM_VOICES?.filter((id) => isFluxVoice(id) === isFlux) ?? [];
  return named.length === 0 ? undefined : named.map(voiceOfId);
}

/** Deepgram: Flux and Nova listen, Flux and Aura speak. */
export const deepgramVendor = defineVendor({
  id: 'deepgram',
  label: 'Deepgram',
  settings: DEEPGRAM_SETTINGS,
  candidates: [
    {
      stage: 'transcriber',
      name: FLUX,
      isConfigured,
      // Which of that family the language decides.
      model: (values) => values.DEEPGRAM_FLUX_MODEL ?? 'flux-general',
      create: (values, context) =>
        createFluxTranscriber(
          {
            ...accessOf(values),
            ...(values.DEEPGRAM_FLUX_MODEL === undefined
              ? {}
              : { model: values.DEEPGRAM_FLUX_MODEL }),
          },
          context,
        ),
    },
    {
      stage: 'transcriber',
      name: NOVA,
      isConfigured,
      model: (values) => values.DEEPGRAM_NOVA_MODEL,
      create: (values, context) =>
        createNovaTranscriber({ ...accessOf(values), model: values.DEEPGRAM_NOVA_MODEL }, context),
    },
    {
      stage: 'synthesizer',
      name: FLUX_VOICE,
      isConfigured: (values) => isConfigured(values) && namedVoices(values, true) !== undefined,
      needs: 'DEEPGRAM_API_KEY and a voice of Flux in DEEPGRAM_VOICES',
      model: (values) => namedVoices(values, true)?.[0]?.id ?? 'flux',
      create: (values, context) =>
        createFluxSynthesizer(
          { ...accessOf(values), voices: namedVoices(values, true) ?? [] },
          context,
        ),
    },
    {
      stage: 'synthesizer',
      name: AURA,
      isConfigured,
      // A voice is a model of its own.
      model: (values) => namedVoices(values, false)?.[0]?.id ?? 'aura-2',
      create: (values, context) =>
        createAuraSynthesizer(
          {
            ...accessOf(values),
            voices: namedVoices(values, false) ?? auraVoices(context.language),
          },
          context,
        ),
    },
  ],
});

/**
 * Deepgram's Flux voices over `/v2/speak`. A clause is a turn there: turns wait for each other in
 * order, without a limit of flushes. `Interrupt` is not used: whether it discards the turns that
 * wait is not documented, so a reply that is cut off costs its connection, as with Aura.
 * Source: https://developers.deepgram.com/docs/flux-tts/state
 */
export function createFluxSynthesizer(
  options: DeepgramVoices,
  context: ProviderContext,
): Synthesizer & AsyncDisposable {
  return deepgramSpeech(FLUX_VOICE, '/v2/speak', options, context, () => {
    return new SpeakProtocol(readFluxVoice);
  });
}

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

/** Whether a voice is one of Flux, which are asked for in another way than those of Aura. */
function isFluxVoice(id: string): boolean {
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
