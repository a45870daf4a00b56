import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { STAGES, type Stage } from '@parley/shared';
import { TurnEstimate } from '../src/people/metering/turn-estimate.ts';
import { readConfiguration } from '../src/providers/registry/configuration.ts';
import { providerPrices } from '../src/providers/registry/provider-prices.ts';

const DOCUMENT = '../../docs/providers.md';
const SECTION = /(?<=<!-- Written by relay\/test\/costs-document.test.ts. -->\n)[^]*(?=<!-- End)/;

const CALL = {
  minutes: 10,
  turns: 30,
  speechMsEach: 8_000,
  charactersEach: 200,
  /** Instructions, tools, and what was said before. */
  inputTokensEach: 3_000,
  outputTokensEach: 60,
} as const;

/** What is set, besides keys. */
const SETS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['nothing', {}],
  [
    '[servers of your own](own-servers.md)',
    {
      COMPATIBLE_BASE_URL: 'http://127.0.0.1:8080/v1',
      COMPATIBLE_CHAT_MODEL: 'm',
      COMPATIBLE_TRANSCRIPTION_MODEL: 'm',
      COMPATIBLE_SPEECH_MODEL: 'm',
    },
  ],
  ...[
    ['OPENAI_API_KEY'],
    ['DEEPGRAM_API_KEY', 'ANTHROPIC_API_KEY'],
    ['DEEPGRAM_API_KEY', 'OPENAI_API_KEY'],
    ['DEEPGRAM_API_KEY', 'GOOGLE_API_KEY'],
    ['DEEPGRAM_API_KEY', 'GROQ_API_KEY'],
    ['ELEVENLABS_API_KEY', 'ANTHROPIC_API_KEY'],
    ['CARTESIA_API_KEY', 'DEEPGRAM_API_KEY', 'ANTHROPIC_API_KEY', 'SYNTHESIZERS=cartesia'],
    ['DEEPGRAM_API_KEY', 'ANTHROPIC_API_KEY', 'TRANSCRIBERS=deepgram-nova'],
    ['DEEPGRAM_API_KEY', 'ANTHROPIC_API_KEY', 'ANTHROPIC_MODEL=claude-sonnet-5-5'],
  ].map(
    (set) =>
      [
        set.map((each) => `\`${each}\``).join(', '),
        Object.fromEntries(
          set.map((each) => {
            const [name = '', value = 'key-of-a-vendor'] = each.split('=');
            return [name, value];
          }),
        ),
      ] as const,
  ),
];

/** The first provider of each stage, and what the typical call costs with it, US dollars. */
function costsOf(environment: Readonly<Record<string, string>>) {
  const { prices, inUse } = providerPrices(readConfiguration(environment));
  return STAGES.map((stage) => {
    const first = inUse.find((each) => each.stage === stage)!;
    const { provider, model = '' } = first;
    expect([provider, prices.find(provider, model)]).not.toContain(undefined);
    const cost = (units: object) => prices.cost(stage, provider, model, units).microUsd;
    const estimate = new TurnEstimate({ prices, inUse: [first] });
    const micro: Readonly<Record<Stage, () => number>> = {
      transcriber: () => cost({ audioMs: CALL.turns * CALL.speechMsEach }),
      generator: () =>
        cost({
          inputTokens: CALL.turns * CALL.inputTokensEach,
          outputTokens: CALL.turns * CALL.outputTokensEach,
        }),
      synthesizer: () => estimate.speech(CALL.turns * CALL.charactersEach),
    };
    const name = model === '' ? provider : `${provider} (${model})`;
    return { name, usd: micro[stage]() / 1_000_000 };
  });
}

function costTable(): string {
  const rows = SETS.map(([what, environment]) => {
    const costs = costsOf(environment);
    const cells = costs.map(({ name, usd }) => `${name}: ${inDollars(usd)}`);
    const sum = costs.reduce((total, { usd }) => total + usd, 0);
    return `| ${[what, ...cells, `**${inDollars(sum)}**`, inDollars(sum / CALL.minutes)].join(' | ')} |`;
  });
  const { minutes, turns, speechMsEach, charactersEach, inputTokensEach, outputTokensEach } = CALL;
  return `
A call of ${minutes} minutes with ${turns} turns: a turn is ${speechMsEach / 1_000} seconds of speech, an answer of ${charactersEach} characters, and for the
model ${inputTokensEach.toLocaleString('en-US')} tokens in (instructions, tools and what was said before) and ${outputTokensEach} out. Nothing of it comes from a
vendor's cache, and nothing is begun in vain or asked twice.

| If this is set | listening | answering | speaking | the call | a minute |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

`;
}

function inDollars(usd: number): string {
  return usd === 0 ? 'free' : `$${usd.toFixed(3)}`;
}

// When this fails, prices or defaults have changed: `vitest run relay/test/costs-document.test.ts -u`
// writes the table anew.
it('docs/providers.md says what a call costs, by the price list', async () => {
  const document = readFileSync(new URL(DOCUMENT, import.meta.url), 'utf8');
  expect(document).toMatch(SECTION);
  await expect(document.replace(SECTION, costTable)).toMatchFileSnapshot(DOCUMENT);
});
