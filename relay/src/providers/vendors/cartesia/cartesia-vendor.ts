import {
  apiKeySetting,
  baseUrlSetting,
  modelSetting,
  voicesSetting,
} from '../../vendor-kit/vendor-settings.ts';
import { defineVendor } from '../../vendor-kit/vendor.ts';
import { createCartesiaSynthesizer } from './cartesia-synthesizer.ts';

/** Cartesia: Sonic speaks. */
export const cartesiaVendor = defineVendor({
  id: 'cartesia',
  label: 'Cartesia',
  settings: {
    CARTESIA_API_KEY: apiKeySetting('Key of a Cartesia account.'),
    CARTESIA_BASE_URL: baseUrlSetting('https://api.cartesia.ai', 'Where Cartesia is reached.'),
    CARTESIA_SPEECH_MODEL: modelSetting('sonic-3.5', 'The model that speaks.', 'text'),
    CARTESIA_VOICES: voicesSetting(
      // The steady ones, which the vendor recommends for conversations.
      [
        'f786b574-daa5-4673-aa0c-cbe3e8534c02:Katie',
        '228fca29-3a0a-435c-8728-5cb483251068:Kiefer',
        'e07c00bc-4134-4eae-9ea4-1a55fb45746b:Brooke',
        'a167e0f3-df7e-4d52-a9c3-f949145efdab:Blake',
      ],
      'The Cartesia voices that people may choose among, the first by default.',
    ),
  },
  candidates: [
    {
      stage: 'synthesizer',
      name: 'cartesia',
      isConfigured: (values) => values.CARTESIA_API_KEY !== undefined,
      model: (values) => values.CARTESIA_SPEECH_MODEL,
      create: (values, context) =>
        createCartesiaSynthesizer({
          apiKey: values.CARTESIA_API_KEY!,
          baseUrl: values.CARTESIA_BASE_URL,
          model: values.CARTESIA_SPEECH_MODEL,
          voices: values.CARTESIA_VOICES,
          context,
        }),
    },
  ],
});
