import { describe, expect, test } from 'vitest';
import { readBody, sendJson } from '../simulators/kit/http-answers.ts';
import type { Vice } from '../simulators/openai/answering.ts';
import { startOpenAiSimulator } from '../simulators/openai/openai-simulator.ts';
import { parseJson } from '../src/base/lib/json.ts';
import { readConfiguration } from '../src/providers/registry/configuration.ts';
import { systemClock } from '../src/base/lib/clock.ts';
import { silentLogger } from '../src/base/lib/logger.ts';
import { openProviders } from '../src/providers/registry/open-providers.ts';
import type { GenerateRequest } from '../src/call/stages/generator/generator.ts';
import { serveHttp } from './support/http-server.ts';

const REQUEST: Omit<GenerateRequest, 'signal'> = {
  history: [{ role: 'user', text: 'Hello.' }],
  person: { timeZone: 'UTC' },
  reminders: { add: () => undefined, list: () => [], cancel: () => {} },
};

/** Only answers are asked for. */
const NO_VOICES = { TRANSCRIBERS: 'browser', SYNTHESIZERS: 'browser' };

/** What the answer to “Hello.” says, and how long it takes to fail. */
async function ask(environment: Readonly<Record<string, string>>): Promise<string> {
  await using providers = await openProviders(readConfiguration({ ...environment, ...NO_VOICES }), {
    clock: systemClock,
    logger: silentLogger,
  });
  let text = '';
  const request = { ...REQUEST, signal: new AbortController().signal };
  for await (const event of providers.generator.generate(request, {})) {
    if (event.type === 'text-delta') text += event.text;
  }
  return text;
}

/** What is sent to a vendor that takes nothing. */
async function sentTo(vendor: string, settings: Readonly<Record<string, string>>) {
  const bodies: unknown[] = [];
  const server = await serveHttp(async (request, response) => {
    const body = await readBody(request);
    if (request.method === 'POST') bodies.push(parseJson(body?.toString() ?? ''));
    sendJson(response, 401, {});
  });
  try {
    await ask({
      [`${vendor}_API_KEY`]: 'k',
      [`${vendor}_BASE_URL`]: server.url,
      GENERATORS: vendor.toLowerCase(),
      ...settings,
    }).catch(() => {});
  } finally {
    server.close();
  }
  return bodies[0];
}

describe('by default a model is asked not to think, in its vendor’s words', () => {
  test.each([
    ['ANTHROPIC', {}, { thinking: { type: 'disabled' }, max_tokens: 2_048 }],
    ['ANTHROPIC', { ANTHROPIC_MODEL: 'claude-fable-5-1' }, { output_config: { effort: 'low' } }],
    ['GOOGLE', {}, { generationConfig: { thinkingConfig: { thinkingLevel: 'minimal' } } }],
    [
      'GOOGLE',
      { GOOGLE_MODEL: 'gemini-2.5-flash' },
      { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } },
    ],
    ['GROQ', {}, { reasoning_effort: 'low' }],
    ['OPENAI', {}, { reasoning_effort: 'none', max_completion_tokens: 2_048 }],
    ['OPENAI', { OPENAI_CHAT_MODEL: 'gpt-5-mini' }, { reasoning_effort: 'minimal' }],
    [
      'COMPATIBLE',
      { COMPATIBLE_CHAT_MODEL: 'qwen3' },
      { reasoning_effort: 'none', chat_template_kwargs: { enable_thinking: false } },
    ],
  ])('%s with %j', async (vendor, settings, expected) => {
    expect(await sentTo(vendor, settings)).toMatchObject(expected);
  });

  test.each([
    ['GROQ', { GROQ_MODEL: 'llama-3.3-70b-versatile' }],
    ['OPENAI', { GENERATOR_REASONING: 'default', OPENAI_CHAT_API: 'completions' }],
    ['COMPATIBLE', { GENERATOR_REASONING: 'default', COMPATIBLE_CHAT_MODEL: 'qwen3' }],
  ])('but %s with %j is told nothing', async (vendor, settings) => {
    const body = await sentTo(vendor, settings);
    expect(body).toHaveProperty('messages');
    expect(body).not.toHaveProperty('reasoning_effort');
    expect(body).not.toHaveProperty('chat_template_kwargs');
  });
});

test('what it may think comes on top of the answer’s length', async () => {
  const settings = { GENERATOR_MAX_TOKENS: '500', GENERATOR_REASONING: 'high' };
  const body = await sentTo('OPENAI', { ...settings, OPENAI_CHAT_MODEL: 'gpt-5-mini' });
  // Only the newer API takes tools from a model that thinks.
  expect(body).toMatchObject({
    input: [{ role: 'developer' }, { role: 'user' }],
    reasoning: { effort: 'high' },
    max_output_tokens: 16_884,
    store: false,
  });
});

test.each([
  'Unrecognized request argument supplied: reasoning_effort',
  "[{'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': \"Input should be 'low', 'medium' or 'high'\"}]",
  'Unknown parameter: chat_template_kwargs',
  '"llama3.2:latest" does not support thinking',
])('a server that refuses to be told is asked again without: %s', async (message) => {
  const told: boolean[] = [];
  const vice: Vice = async (request, response) => {
    if (request.method !== 'POST') return false;
    const isTold = (await readBody(request))?.includes('reasoning_effort') === true;
    told.push(isTold);
    return isTold && sendJson(response, 400, { error: { message } });
  };
  await using server = await startOpenAiSimulator({
    flavour: 'compatible',
    answer: () => 'Hello there.',
    vice,
  });
  const environment = {
    COMPATIBLE_BASE_URL: `${server.url}/v1`,
    COMPATIBLE_CHAT_MODEL: 'llama',
    GENERATORS: 'compatible',
  };
  expect(await ask(environment)).toBe('Hello there.');
  expect(told).toEqual([true, false]);
});
