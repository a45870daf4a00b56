import { z } from 'zod';
import { splitList, whole } from '../../../base/config/setting-kinds.ts';
import { setting, type SettingsDeclaration } from '../../../base/config/settings.ts';
import { modelLimitSettings } from '../../vendor-kit/language-model/language-model-settings.ts';
import {
  apiKeySetting,
  headersSetting,
  httpUrl,
  pathSetting,
} from '../../vendor-kit/vendor-settings.ts';

/** Values of all settings, by the names of their variables. */
export type Values = Readonly<Record<string, unknown>>;

/** By which of its two APIs OpenAI is asked; `auto`: by the older, unless only the newer one will do. */
export const CHAT_APIS = ['auto', 'completions', 'responses'] as const;
export type ChatApi = (typeof CHAT_APIS)[number];

export type ModelUse = LiveUse | 'transcription' | 'speech' | 'chat';
/** Of OpenAI's Realtime API, which servers of one's own do not have. */
type LiveUse = 'realtime' | 'realtime_voice';

/** One of the vendors with this API. */
export interface ApiVendor {
  /** Of its variables, e.g. `OPENAI` or `COMPATIBLE_2`. */
  readonly prefix: string;
  /** In sentences about its settings. */
  readonly owner: string;
  /** What is used if the settings name nothing else. */
  readonly defaults: {
    readonly baseUrl?: string;
    readonly models?: Readonly<Partial<Record<ModelUse, string>>>;
    readonly voices: readonly string[];
  };
  readonly uses: readonly ModelUse[];
  /** Whether each of its uses may be at an address of its own, as servers of one's own are. */
  readonly isSplit: boolean;
}

const MODEL_ABOUT: Record<ModelUse, string> = {
  realtime: 'hears a person while they speak',
  realtime_voice:
    'speaks over the Realtime API; it stands in for those of `/audio/speech`, which OpenAI ends on 6 January 2027',
  transcription: 'transcribes what was said when it is over',
  speech: 'speaks',
  chat: 'answers',
};
/** Where each is found at an address, if nothing else is set. */
export const USUAL_PATH: Record<Exclude<ModelUse, LiveUse>, string> = {
  transcription: '/audio/transcriptions',
  speech: '/audio/speech',
  chat: '/chat/completions',
};
const SPEECH_RATE_HZ = 24_000;

/** The variable of one vendor, e.g. `COMPATIBLE_BASE_URL`, or of one use, `COMPATIBLE_CHAT_MODEL`. */
export function variable({ prefix }: ApiVendor, name: string, use?: ModelUse): string {
  return [prefix, use?.toUpperCase(), name].filter((part) => part !== undefined).join('_');
}

/** The settings of one vendor; each is a variable with its prefix. */
export function settingsOf(vendor: ApiVendor): SettingsDeclaration {
  const { owner, defaults, uses, isSplit } = vendor;
  const { baseUrl, models, voices } = defaults;
  return {
    [variable(vendor, 'API_KEY')]: apiKeySetting(
      `The key of ${owner}${isSplit ? ', if it wants one' : ''}.`,
    ),
    [variable(vendor, 'BASE_URL')]: setting(httpUrl.optional(), {
      type: 'http or https URL',
      ...(baseUrl === undefined ? {} : { default: baseUrl }),
      about: `Where the API of ${owner} is reached, with its version: all that comes before \`/models\`.`,
    }),
    ...(isSplit && {
      [variable(vendor, 'HEADERS')]: headersSetting(`Headers that ${owner} wants beside the key.`),
    }),
    ...modelLimitSettings(vendor.prefix, owner),
    ...Object.assign({}, ...uses.map((use) => modelSettings(vendor, use, models?.[use]))),
    [variable(vendor, 'VOICES')]: setting(
      z.string().default(voices.join(',')).transform(splitList).pipe(z.array(z.string()).min(1)),
      {
        type: 'comma-separated list',
        default: voices.join(','),
        about: `Voices of ${owner} that people may choose from; the first is the standard.`,
      },
    ),
    [variable(vendor, 'SPEECH_RATE')]: whole({
      fallback: SPEECH_RATE_HZ,
      min: 8_000,
      max: 48_000,
      unit: 'Hz',
      about: `The sample rate of the raw speech that ${owner} sends.`,
    }),
  };
}

function modelSettings(
  vendor: ApiVendor,
  use: ModelUse,
  fallback: string | undefined,
): SettingsDeclaration {
  const { owner, isSplit } = vendor;
  const isOwnServer = isSplit && use !== 'realtime' && use !== 'realtime_voice';
  const optional = isOwnServer
    ? ` At an address of its own it may be left out: \`${fallback}\`.`
    : '';
  const model = {
    [variable(vendor, 'MODEL', use)]: setting(z.string().min(1).optional(), {
      type: 'model name',
      ...(isSplit || fallback === undefined ? {} : { default: fallback }),
      about: `The model of ${owner} that ${MODEL_ABOUT[use]}.${optional}`,
    }),
  };
  if (!isOwnServer) return model;
  const common = variable(vendor, 'BASE_URL');
  return {
    ...model,
    [variable(vendor, 'BASE_URL', use)]: setting(httpUrl.optional(), {
      type: 'http or https URL',
      about: `Where the server that ${MODEL_ABOUT[use]} is reached, if not at \`${common}\`.`,
    }),
    [variable(vendor, 'PATH', use)]: pathSetting(
      USUAL_PATH[use],
      `The path after the address of this server.`,
    ),
    [variable(vendor, 'API_KEY', use)]: apiKeySetting(
      `The key of this server, if it is another. On another host \`${variable(vendor, 'API_KEY')}\` is not used.`,
    ),
    [variable(vendor, 'HEADERS', use)]: headersSetting(
      `Headers that this server wants. On another host \`${variable(vendor, 'HEADERS')}\` is not used.`,
    ),
  };
}
