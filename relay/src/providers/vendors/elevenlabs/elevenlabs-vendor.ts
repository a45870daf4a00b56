import {
  apiKeySetting,
  baseUrlSetting,
  modelSetting,
  voicesSetting,
} from '../../vendor-kit/vendor-settings.ts';
import { defineVendor, type ProviderContext } from '../../vendor-kit/vendor.ts';
import { createElevenLabsSynthesizer } from './elevenlabs-synthesizer.ts';
import { createElevenLabsTranscriber } from './elevenlabs-transcriber.ts';

interface Access {
  readonly ELEVENLABS_API_KEY: string | undefined;
  readonly ELEVENLABS_BASE_URL: string;
}

const isConfigured = (values: Access): boolean => values.ELEVENLABS_API_KEY !== undefined;

const accessOf = (values: Access, context: ProviderContext) => ({
  apiKey: values.ELEVENLABS_API_KEY ?? '',
  baseUrl: values.ELEVENLABS_BASE_URL,
  context,
});

/** ElevenLabs: realtime Scribe listens, its voices speak. */
export const elevenLabsVendor = defineVendor({
  id: 'elevenlabs',
  label: 'ElevenLabs',
  settings: {
    ELEVENLABS_API_KEY: apiKeySetting('Key of an ElevenLabs account.'),
    ELEVENLABS_BASE_URL: baseUrlSetting(
      'https://api.elevenlabs.io',
      'Where ElevenLabs is reached; another one for data residency.',
    ),
    ELEVENLABS_TRANSCRIPTION_MODEL: modelSetting(
      'scribe_v2_realtime',
      'The realtime model that listens.',
      'text',
    ),
    ELEVENLABS_SPEECH_MODEL: modelSetting('eleven_flash_v2_5', 'The model that speaks.', 'text'),
    ELEVENLABS_VOICES: voicesSetting(
      // Of the voices that every account has.
      [
        'EXAVITQu4vr4xnSDxMaL:Sarah',
        'JBFqnCBsd6RMkjVDRZzb:George',
        'Xb7hH8MSUJpSbSDYk0k2:Alice',
        'TX3LPaxmHKxFdv7VOQHJ:Liam',
      ],
      'The ElevenLabs voices that people may choose among, the first by default.',
    ),
  },
  candidates: [
    {
      stage: 'transcriber',
      name: 'elevenlabs',
      isConfigured,
      model: (values) => values.ELEVENLABS_TRANSCRIPTION_MODEL,
      create: (values, context) =>
        createElevenLabsTranscriber({
          ...accessOf(values, context),
          model: values.ELEVENLABS_TRANSCRIPTION_MODEL,
        }),
    },
    {
      stage: 'synthesizer',
      name: 'elevenlabs',
      isConfigured,
      model: (values) => values.ELEVENLABS_SPEECH_MODEL,
      create: (values, context) =>
        createElevenLabsSynthesizer({
          ...accessOf(values, context),
          model: values.ELEVENLABS_SPEECH_MODEL,
          voices: values.ELEVENLABS_VOICES,
        }),
    },
  ],
});
