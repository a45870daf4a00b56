/** What a unit of a provider's work costs, USD. */
export type PriceRate =
  | { readonly unit: 'audio-minute'; readonly usd: number }
  | {
      readonly unit: 'million-tokens';
      readonly inputUsd: number;
      /** Of input that was in the vendor's cache, or was written into it; absent: as other input. */
      readonly cachedInputUsd?: number;
      readonly cacheWriteUsd?: number;
      readonly outputUsd: number;
    }
  | { readonly unit: 'million-characters'; readonly usd: number };

export interface Price {
  /** The candidate's name, as in `TRANSCRIBERS`, `GENERATORS`, `SYNTHESIZERS`. */
  readonly provider: string;
  /** Beginning of the model's name; the longest that fits counts. Empty: every model. */
  readonly model: string;
  readonly rate: PriceRate;
  /** The page that says so. Vendors change their prices: theirs is the one that is charged. */
  readonly source: string;
  /** The day, or the month, for which the source says so (ISO 8601). */
  readonly asOf: string;
}

const DEEPGRAM = 'https://deepgram.com/pricing';
const ELEVENLABS = 'https://developer.puter.com/tutorials/elevenlabs-api-pricing/';
const OPENAI = 'https://developers.openai.com/api/docs/pricing';
const ANTHROPIC = 'https://platform.claude.com/docs/en/about-claude/pricing';
const ANTHROPIC_MODELS = 'https://platform.claude.com/docs/en/about-claude/models/overview';
const GOOGLE = 'https://ai.google.dev/gemini-api/docs/pricing';
const GEMINI_LITE = 'https://docs.apiyi.com/en/api-capabilities/gemini-3-5-flash-lite/overview';
const GEMINI_2 = 'https://www.morphllm.com/gemini-api-pricing';
const GROQ = 'https://console.groq.com/docs/models';

/**
 * List prices of the vendors' pay-as-you-go plans; unknown prices are left out. Cached input costs
 * a tenth at OpenAI and Anthropic, and writing it a quarter more at Anthropic (its prompt caching
 * guide); of the others it is not known for these models, and costs what other input does.
 */
export const PRICES: readonly Price[] = [
  price('embedded', '', audioMinute(0), 'runs on your machine', '2026-11-21'),
  price('browser', '', audioMinute(0), 'runs in the page', '2026-11-21'),

  // If the language decides which Flux model it is, the dearer one counts.
  price('deepgram-flux', 'flux-general', audioMinute(0.0078), DEEPGRAM, '2026-11-04'),
  price('deepgram-flux', 'flux-general-en', audioMinute(0.0065), DEEPGRAM, '2026-09-25'),
  // The vendor calls this a promotion; the price without it is $0.0077.
  price('deepgram-nova', 'nova-3', audioMinute(0.0048), DEEPGRAM, '2026-09-25'),
  price('deepgram-aura', 'aura', characters(15), DEEPGRAM, '2026-09-25'),
  price('deepgram-aura', 'aura-2', characters(30), DEEPGRAM, '2026-09-25'),
  price('deepgram-flux-voice', 'flux', characters(45), DEEPGRAM, '2026-10-04'),

  price('elevenlabs', 'scribe_v2_realtime', audioMinute(0.0065), ELEVENLABS, '2026-06'),
  price('elevenlabs', 'eleven_flash', characters(50), ELEVENLABS, '2026-06'),
  price('elevenlabs', 'eleven_turbo', characters(50), ELEVENLABS, '2026-06'),
  price('elevenlabs', 'eleven_multilingual', characters(100), ELEVENLABS, '2026-06'),
  price('elevenlabs', 'eleven_v3', characters(100), ELEVENLABS, '2026-06'),

  // Sold in plans: the smallest is $5 for 100,000 credits, and a character costs one.
  price('cartesia', 'sonic', characters(50), 'https://www.cartesia.ai/pricing', '2026-10-07'),

  price('openai', 'gpt-transcribe', audioMinute(0.0045), openAi('gpt-transcribe'), '2026-11-21'),
  price(
    'openai-realtime',
    'gpt-live-transcribe',
    audioMinute(0.017),
    openAi('gpt-live-transcribe'),
    '2026-11-21',
  ),
  price(
    'openai-realtime',
    'gpt-realtime-whisper',
    audioMinute(0.017),
    openAi('gpt-realtime-whisper'),
    '2026-11-21',
  ),
  // Tokens of text in, of audio out.
  price('openai', 'gpt-4o-mini-tts', tokens(0.6, 12), openAi('gpt-4o-mini-tts'), '2026-11-21'),
  price(
    'openai-realtime',
    'gpt-realtime-2.1-mini',
    tokens(0.6, 20),
    openAi('gpt-realtime-2.1-mini'),
    '2026-11-22',
  ),
  price(
    'openai-realtime',
    'gpt-realtime-2.1',
    tokens(4, 64),
    openAi('gpt-realtime-2.1'),
    '2026-11-22',
  ),
  price('openai', 'gpt-6-luna', cachedTokens(0.1, 0.5), openAi('gpt-6-luna'), '2026-11-22'),
  price('openai', 'gpt-6-sol', cachedTokens(2, 10), openAi('gpt-6-sol'), '2026-09-22'),
  price('openai', 'gpt-5.4-mini', cachedTokens(0.75, 4.5), OPENAI, '2026-10-02'),

  // Requests of more than 100,000 tokens cost five times as much; none of Parley's is so long.
  price('anthropic', 'claude-haiku-5-5', writtenTokens(0.1, 0.5), ANTHROPIC_MODELS, '2026-11-22'),
  price('anthropic', 'claude-sonnet-5-5', writtenTokens(2, 10), ANTHROPIC_MODELS, '2026-11-22'),
  price('anthropic', 'claude-haiku-4-5', writtenTokens(1, 5), ANTHROPIC, '2026-09-25'),
  price('anthropic', 'claude-sonnet-4-6', writtenTokens(3, 15), ANTHROPIC, '2026-09-25'),
  price('anthropic', 'claude-sonnet-5', writtenTokens(3, 15), ANTHROPIC, '2026-07-31'),

  price('google', 'gemini-3.5-flash-lite', tokens(0.3, 2.5), GEMINI_LITE, '2026-07-31'),
  price('google', 'gemini-3.5-flash', tokens(1.5, 9), GOOGLE, '2026-09-25'),
  price('google', 'gemini-3.6-flash', tokens(1.5, 7.5), GOOGLE, '2026-08-01'),
  price('google', 'gemini-2.5-flash', tokens(0.3, 2.5), GOOGLE, '2026-09-25'),
  price('google', 'gemini-2.5-flash-lite', tokens(0.1, 0.4), GEMINI_2, '2026-11-21'),

  price('groq', 'openai/gpt-oss-20b', tokens(0.075, 0.3), GROQ, '2026-09-25'),
  price('groq', 'openai/gpt-oss-120b', tokens(0.15, 0.6), GROQ, '2026-09-25'),
];

/**
 * @param prices - of more than one that fits, the longest beginning of a model's name counts
 * @returns undefined if the price is not known
 */
export function priceOf(
  provider: string,
  model = '',
  prices: readonly Price[] = PRICES,
): Price | undefined {
  return prices
    .filter((entry) => entry.provider === provider && model.startsWith(entry.model))
    .toSorted((a, b) => b.model.length - a.model.length)[0];
}

/** e.g. `$0.0065 a minute`. */
export function priceInWords({ rate }: Pick<Price, 'rate'>): string {
  switch (rate.unit) {
    case 'audio-minute':
      return rate.usd === 0 ? 'free' : `$${rate.usd} a minute`;
    case 'million-tokens':
      return `$${rate.inputUsd} in, $${rate.outputUsd} out a million tokens`;
    case 'million-characters':
      return `$${rate.usd} a million characters`;
  }
}

function price(
  provider: string,
  model: string,
  rate: PriceRate,
  source: string,
  asOf: string,
): Price {
  return { provider, model, rate, source, asOf };
}

function openAi(model: string): string {
  return `https://developers.openai.com/api/docs/models/${model}`;
}

function audioMinute(usd: number): PriceRate {
  return { unit: 'audio-minute', usd };
}

function characters(usd: number): PriceRate {
  return { unit: 'million-characters', usd };
}

function tokens(inputUsd: number, outputUsd: number) {
  return { unit: 'million-tokens', inputUsd, outputUsd } as const;
}

function cachedTokens(inputUsd: number, outputUsd: number) {
  return { ...tokens(inputUsd, outputUsd), cachedInputUsd: inputUsd / 10 };
}

function writtenTokens(inputUsd: number, outputUsd: number) {
  return { ...cachedTokens(inputUsd, outputUsd), cacheWriteUsd: inputUsd * 1.25 };
}
