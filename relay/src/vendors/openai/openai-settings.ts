import { z } from 'zod';
import { splitList, whole } from '../../config/setting-kinds.ts';
import { setting, type Settings } from '../../config/settings.ts';
import type { Voice } from '../../stages/synthesizer.ts';
import { apiKeySetting } from '../../vendor-kit/vendor-settings.ts';

/** Values of all settings, by the names of their variables. */
export type Values = Readonly<Record<string, unknown>>;

/** One of the vendors with this API. */
export interface ApiVendor {
  /** Of its variables. */
  readonly prefix: 'OPENAI' | 'COMPATIBLE';
  /** In sentences about its settings. */
  readonly owner: string;
  /** What is used if the settings name nothing else. */
  readonly defaults: {
    readonly baseUrl?: string;
    readonly models?: Readonly<Record<ModelUse, string>>;
    readonly voices: readonly string[];
  };
  readonly uses: readonly ModelUse[];
}

export type ModelUse = 'realtime' | 'transcription' | 'speech' | 'chat';

const MODEL_ABOUT: Record<ModelUse, string> = {
  realtime: 'hears a person while they speak',
  transcription: 'transcribes what was said when it is over',
  speech: 'speaks',
  chat: 'answers',
};
const SPEECH_RATE_HZ = 24_000;

/** What the settings of one vendor say. */
export interface ServerValues {
  readonly baseUrl: string | undefined;
  readonly apiKey: string | undefined;
  readonly voices: readonly [Voice, ...Voice[]];
  readonly speechRateHz: number;
  /** Undefined if there is neither a setting nor a default. */
  model(use: ModelUse): string | undefined;
  /** Whether there is enough to be of use: a key, or an address and a model for it. */
  has(use: ModelUse): boolean;
}

/** The settings of one vendor; each is a variable with its prefix. */
export function settingsOf({ prefix, owner, defaults, uses }: ApiVendor): Settings {
  const { baseUrl, models, voices } = defaults;
  const modelSettings = uses.map((use) => [
    `${prefix}_${use.toUpperCase()}_MODEL`,
    setting(z.string().min(1).optional(), {
      type: 'model name',
      ...(models === undefined ? {} : { default: models[use] }),
      about: `The model of ${owner} that ${MODEL_ABOUT[use]}.`,
    }),
  ]);
  return {
    [`${prefix}_API_KEY`]: apiKeySetting(
      `The key of ${owner}${models === undefined ? ', where it wants one' : ''}.`,
    ),
    [`${prefix}_BASE_URL`]: setting(z.url({ protocol: /^https?$/ }).optional(), {
      type: 'http or https URL',
      ...(baseUrl === undefined ? {} : { default: baseUrl }),
      about: `Where the API of ${owner} is reached, with its version: all that comes before \`/models\`.`,
    }),
    ...Object.fromEntries(modelSettings),
    [`${prefix}_VOICES`]: setting(
      z.string().default(voices.join(',')).transform(splitList).pipe(z.array(z.string()).min(1)),
      {
        type: 'comma-separated list',
        default: voices.join(','),
        about: `Voices of ${owner} that people may choose from; the first is the standard.`,
      },
    ),
    [`${prefix}_SPEECH_RATE`]: whole({
      fallback: SPEECH_RATE_HZ,
      min: 8_000,
      max: 48_000,
      unit: 'Hz',
      about: `The sample rate of the raw speech that ${owner} sends.`,
    }),
  };
}

/** What all settings together say of one vendor. */
export function readServer({ prefix, defaults }: ApiVendor, values: Values): ServerValues {
  const text = (name: string) => values[`${prefix}_${name}`] as string | undefined;
  const given = (use: ModelUse) => text(`${use.toUpperCase()}_MODEL`);
  const ownUrl = text('BASE_URL');
  const apiKey = text('API_KEY');
  const voices = (values[`${prefix}_VOICES`] as readonly string[]).map((id) => ({
    id,
    label: `${id.charAt(0).toUpperCase()}${id.slice(1)}`,
  }));
  return {
    baseUrl: ownUrl ?? defaults.baseUrl,
    apiKey,
    voices: voices as unknown as readonly [Voice, ...Voice[]],
    speechRateHz: values[`${prefix}_SPEECH_RATE`] as number,
    model: (use) => given(use) ?? defaults.models?.[use],
    has(use) {
      const isHome = ownUrl === undefined || ownUrl === defaults.baseUrl;
      // The vendor's models are sure to be there with its key; elsewhere they must be named.
      if (isHome) return defaults.models !== undefined && apiKey !== undefined;
      return given(use) !== undefined || (defaults.models !== undefined && apiKey !== undefined);
    },
  };
}
