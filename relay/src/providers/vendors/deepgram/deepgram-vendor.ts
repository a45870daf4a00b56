import { z } from 'zod';
import { splitList } from '../../../base/config/setting-kinds.ts';
import { setting } from '../../../base/config/settings.ts';
import { apiKeySetting, baseUrlSetting, modelSetting } from '../../vendor-kit/vendor-settings.ts';
import { defineVendor } from '../../vendor-kit/vendor.ts';
import { AURA, createAuraSynthesizer } from './deepgram-aura-synthesizer.ts';
import { createFluxTranscriber, FLUX } from './deepgram-flux-transcriber.ts';
import { createFluxSynthesizer, FLUX_VOICE } from './deepgram-flux-synthesizer.ts';
import { createNovaTranscriber, NOVA } from './deepgram-nova-transcriber.ts';
import { auraVoices, isFluxVoice, voiceOfId } from './deepgram-voices.ts';

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
