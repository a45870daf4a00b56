/** What a unit of a provider's work costs, USD. */
export type Rate =
  | { readonly unit: 'audio-minute'; readonly usd: number }
  | { readonly unit: 'million-tokens'; readonly inputUsd: number; readonly outputUsd: number }
  | { readonly unit: 'million-characters'; readonly usd: number };

export interface Price {
  /** The candidate's name, as in `TRANSCRIBERS`, `GENERATORS`, `SYNTHESIZERS`. */
  readonly provider: string;
  /** Beginning of the model's name; the longest that fits counts. Empty: every model. */
  readonly model: string;
  readonly rate: Rate;
  /** Where the figure was read, and when. Vendors change them: theirs is the one that is charged. */
  readonly source: string;
  readonly asOf: string;
}

const FREE: Rate = { unit: 'audio-minute', usd: 0 };

/** List prices without discounts. */
export const PRICES: readonly Price[] = [
  price('embedded', '', FREE, 'runs on your machine', '2026-11-21'),
  price('browser', '', FREE, 'runs in the page', '2026-11-21'),
  price(
    'deepgram-flux',
    '',
    { unit: 'audio-minute', usd: 0.0065 },
    'https://www.llmreference.com/provider/deepgram/flux-asr',
    '2026-11-21',
  ),
  price(
    'deepgram-nova',
    'nova-3',
    { unit: 'audio-minute', usd: 0.0052 },
    'https://aigateway.sh/q/deepgram-nova-3-pricing',
    '2026-11-21',
  ),
  price(
    'cartesia',
    'sonic',
    { unit: 'million-characters', usd: 50 },
    'https://apio.sh/apis/cartesia',
    '2026-06-21',
  ),
  price(
    'anthropic',
    'claude-haiku-4-5',
    { unit: 'million-tokens', inputUsd: 1, outputUsd: 5 },
    'https://docs.anthropic.com/en/docs/about-claude/pricing',
    '2026-07-05',
  ),
  price(
    'anthropic',
    'claude-sonnet-5',
    { unit: 'million-tokens', inputUsd: 3, outputUsd: 15 },
    'https://docs.anthropic.com/en/docs/about-claude/pricing',
    '2026-07-31',
  ),
  price(
    'google',
    'gemini-2.5-flash',
    { unit: 'million-tokens', inputUsd: 0.3, outputUsd: 2.5 },
    'https://ai.google.dev/gemini-api/docs/pricing',
    '2026-07-11',
  ),
  price(
    'google',
    'gemini-3.6-flash',
    { unit: 'million-tokens', inputUsd: 1.5, outputUsd: 7.5 },
    'https://ai.google.dev/gemini-api/docs/pricing',
    '2026-08-01',
  ),
];

/** @returns undefined where the price is not known */
export function priceOf(provider: string, model = ''): Price | undefined {
  return PRICES.filter(
    (entry) => entry.provider === provider && model.startsWith(entry.model),
  ).toSorted((a, b) => b.model.length - a.model.length)[0];
}

/** e.g. `$0.0065 a minute`. */
export function priceInWords({ rate }: Price): string {
  switch (rate.unit) {
    case 'audio-minute':
      return rate.usd === 0 ? 'free' : `$${rate.usd} a minute`;
    case 'million-tokens':
      return `$${rate.inputUsd} in, $${rate.outputUsd} out a million tokens`;
    case 'million-characters':
      return `$${rate.usd} a million characters`;
  }
}

function price(provider: string, model: string, rate: Rate, source: string, asOf: string): Price {
  return { provider, model, rate, source, asOf };
}
