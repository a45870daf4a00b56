import { startCartesiaSimulator } from './cartesia/cartesia-simulator.ts';
import { startDeepgramSimulator } from './deepgram/deepgram-simulator.ts';
import { startElevenLabsSimulator } from './elevenlabs/elevenlabs-simulator.ts';
import type { Behaviour, Simulator } from './kit/simulator.ts';
import { startAnthropicSimulator } from './language-models/anthropic-simulator.ts';
import { startGoogleSimulator } from './language-models/google-simulator.ts';
import { startOpenAiSimulator } from './openai/openai-simulator.ts';

/** A vendor that can be simulated, and how Parley is pointed at it. */
export interface CatalogueEntry {
  start(behaviour?: Behaviour): Promise<Simulator>;
  /** Settings, by the names of their environment variables. */
  environment(simulator: Simulator): Readonly<Record<string, string>>;
}

/** Every vendor there is a simulator for. */
export const CATALOGUE = {
  deepgram: entry('DEEPGRAM', startDeepgramSimulator),
  cartesia: entry('CARTESIA', startCartesiaSimulator),
  openai: entry('OPENAI', startOpenAiSimulator, '/v1'),
  compatible: entry(
    'COMPATIBLE',
    (behaviour) => startOpenAiSimulator({ ...behaviour, flavour: 'compatible' }),
    '/v1',
    {
      COMPATIBLE_TRANSCRIPTION_MODEL: 'whisper',
      COMPATIBLE_CHAT_MODEL: 'simulated',
      COMPATIBLE_SPEECH_MODEL: 'kokoro',
      COMPATIBLE_VOICES: 'heart',
    },
  ),
  elevenlabs: entry('ELEVENLABS', startElevenLabsSimulator),
  anthropic: entry('ANTHROPIC', startAnthropicSimulator),
  google: entry('GOOGLE', startGoogleSimulator),
  groq: entry('GROQ', (behaviour) => startOpenAiSimulator({ ...behaviour, flavour: 'groq' })),
} as const;

export type SimulatedVendor = keyof typeof CATALOGUE;

/** @param path - of the API at the simulator's URL */
function entry(
  prefix: string,
  start: CatalogueEntry['start'],
  path = '',
  models: Readonly<Record<string, string>> = {},
): CatalogueEntry {
  return {
    start,
    environment: ({ url, key }) => ({
      [`${prefix}_API_KEY`]: key,
      [`${prefix}_BASE_URL`]: `${url}${path}`,
      ...models,
    }),
  };
}
