import { z } from 'zod';
import { setting } from '../../config/settings.ts';
import { defineVendor } from '../../vendor-kit/vendor.ts';
import { createElevenLabsSynthesizer } from './elevenlabs-synthesizer.ts';
import { createElevenLabsTranscriber } from './elevenlabs-transcriber.ts';
import { voicesSetting } from '../../vendor-kit/socket-speech/voices-setting.ts';

const HOST = 'https://api.elevenlabs.io';

/** Of the voices that every account has. */
const VOICES = [
  { id: 'EXAVITQu4vr4xnSDxMaL', label: 'Sarah' },
  { id: 'JBFqnCBsd6RMkjVDRZzb', label: 'George' },
  { id: 'Xb7hH8MSUJpSbSDYk0k2', label: 'Alice' },
  { id: 'TX3LPaxmHKxFdv7VOQHJ', label: 'Liam' },
];

/** ElevenLabs: realtime Scribe listens, its voices speak. */
export const elevenLabsVendor = defineVendor({
  id: 'elevenlabs',
  label: 'ElevenLabs',
  settings: {
    ELEVENLABS_API_KEY: setting(z.string().min(1).optional(), {
      type: 'text',
      about: 'Key of an ElevenLabs account.',
      isSecret: true,
    }),
    ELEVENLABS_BASE_URL: setting(z.url({ protocol: /^https?$/ }).default(HOST), {
      type: 'http or https URL',
      default: HOST,
      about: 'Where ElevenLabs is reached; another one for data residency.',
    }),
    ELEVENLABS_TRANSCRIPTION_MODEL: setting(z.string().min(1).default('scribe_v2_realtime'), {
      type: 'text',
      default: 'scribe_v2_realtime',
      about: 'The realtime model that listens.',
    }),
    ELEVENLABS_SPEECH_MODEL: setting(z.string().min(1).default('eleven_flash_v2_5'), {
      type: 'text',
      default: 'eleven_flash_v2_5',
      about: 'The model that speaks.',
    }),
    ELEVENLABS_VOICES: voicesSetting(
      VOICES,
      'The ElevenLabs voices that people may choose among, the first by default.',
    ),
  },
  candidates: [
    {
      stage: 'transcriber',
      name: 'elevenlabs',
      isConfigured: (values) => values.ELEVENLABS_API_KEY !== undefined,
      model: (values) => values.ELEVENLABS_TRANSCRIPTION_MODEL,
      create: (values, context) =>
        createElevenLabsTranscriber({
          apiKey: values.ELEVENLABS_API_KEY!,
          baseUrl: values.ELEVENLABS_BASE_URL,
          model: values.ELEVENLABS_TRANSCRIPTION_MODEL,
          context,
        }),
    },
    {
      stage: 'synthesizer',
      name: 'elevenlabs',
      isConfigured: (values) => values.ELEVENLABS_API_KEY !== undefined,
      model: (values) => values.ELEVENLABS_SPEECH_MODEL,
      create: (values, context) =>
        createElevenLabsSynthesizer({
          apiKey: values.ELEVENLABS_API_KEY!,
          baseUrl: values.ELEVENLABS_BASE_URL,
          model: values.ELEVENLABS_SPEECH_MODEL,
          voices: values.ELEVENLABS_VOICES,
          context,
        }),
    },
  ],
});
