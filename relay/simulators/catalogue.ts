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
  deepgram: {
    start: startDeepgramSimulator,
    environment: ({ url, key }) => ({ DEEPGRAM_API_KEY: key, DEEPGRAM_BASE_URL: url }),
  },
  cartesia: {
    start: startCartesiaSimulator,
    environment: ({ url, key }) => ({ CARTESIA_API_KEY: key, CARTESIA_BASE_URL: url }),
  },
  openai: {
    start: startOpenAiSimulator,
    environment: ({ url, key }) => ({ OPENAI_API_KEY: key, OPENAI_BASE_URL: `${url}/v1` }),
  },
  compatible: {
    start: (behaviour) => startOpenAiSimulator({ ...behaviour, flavour: 'compatible' }),
    environment: ({ url, key }) => ({
      COMPATIBLE_API_KEY: key,
      COMPATIBLE_BASE_URL: `${url}/v1`,
      COMPATIBLE_TRANSCRIPTION_MODEL: 'whisper',
      COMPATIBLE_CHAT_MODEL: 'simulated',
      COMPATIBLE_SPEECH_MODEL: 'kokoro',
      COMPATIBLE_VOICES: 'heart',
    }),
  },
  elevenlabs: {
    start: startElevenLabsSimulator,
    environment: ({ url, key }) => ({ ELEVENLABS_API_KEY: key, ELEVENLABS_BASE_URL: url }),
  },
  anthropic: {
    start: startAnthropicSimulator,
    environment: ({ url, key }) => ({ ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: url }),
  },
  google: {
    start: startGoogleSimulator,
    environment: ({ url, key }) => ({ GOOGLE_API_KEY: key, GOOGLE_BASE_URL: url }),
  },
  groq: {
    start: (behaviour) => startOpenAiSimulator({ ...behaviour, flavour: 'groq' }),
    environment: ({ url, key }) => ({ GROQ_API_KEY: key, GROQ_BASE_URL: url }),
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type SimulatedVendor = keyof typeof CATALOGUE;
