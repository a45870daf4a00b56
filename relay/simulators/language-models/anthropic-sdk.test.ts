import Anthropic, { AuthenticationError } from '@anthropic-ai/sdk';
import { expect, test } from 'vitest';
import { startAnthropicSimulator } from './anthropic-simulator.ts';

test('the Anthropic SDK streams an answer with its usage', async () => {
  await using simulator = await startAnthropicSimulator({
    answer: (question) => `${question} Yes, it is.`,
    think: 'Is it?',
  });
  const stream = client(simulator.url, simulator.key).messages.stream({
    model: 'claude-simulated',
    max_tokens: 100,
    system: 'Be brief.',
    messages: [{ role: 'user', content: 'Is it so?' }],
  });
  let streamed = '';
  stream.on('text', (text) => {
    streamed += text;
  });
  const message = await stream.finalMessage();
  expect(streamed).toBe('Is it so? Yes, it is.');
  expect(message.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
  expect(message.stop_reason).toBe('end_turn');
  expect(message.usage.input_tokens).toBeGreaterThan(0);
  expect(message.usage.output_tokens).toBe(6);
  expect(simulator.complaints).toEqual([]);
});

test('the Anthropic SDK takes a tool use and hears the answer made of its result', async () => {
  await using simulator = await startAnthropicSimulator({
    useTool: () => ({ name: 'add', input: { a: 2, b: 3 } }),
    answerAfterTool: (result) => `It is ${result}.`,
  });
  const anthropic = client(simulator.url, simulator.key);
  const tools = [{ name: 'add', input_schema: { type: 'object' as const } }];
  const question = { role: 'user' as const, content: 'Two and three?' };
  const first = await anthropic.messages
    .stream({ model: 'claude-simulated', max_tokens: 100, tools, messages: [question] })
    .finalMessage();
  expect(first.stop_reason).toBe('tool_use');
  const use = first.content.find((block) => block.type === 'tool_use');
  expect(use).toMatchObject({ name: 'add', input: { a: 2, b: 3 } });
  const second = anthropic.messages.stream({
    model: 'claude-simulated',
    max_tokens: 100,
    tools,
    messages: [
      question,
      { role: 'assistant', content: [{ type: 'tool_use', id: use!.id, name: 'add', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: use!.id, content: '5' }] },
    ],
  });
  await expect(second.finalText()).resolves.toBe('It is 5.');
  expect(simulator.complaints).toEqual([]);
});

test('the Anthropic SDK lists the models', async () => {
  await using simulator = await startAnthropicSimulator();
  const models = await client(simulator.url, simulator.key).models.list({ limit: 1 });
  expect(models.data.map(({ id }) => id)).toEqual(['claude-simulated']);
});

test('the Anthropic SDK tells a wrong key as its own error', async () => {
  await using simulator = await startAnthropicSimulator();
  const listing = client(simulator.url, 'wrong').models.list();
  await expect(listing).rejects.toBeInstanceOf(AuthenticationError);
});

function client(baseURL: string, apiKey: string): Anthropic {
  return new Anthropic({ baseURL, apiKey, authToken: null, maxRetries: 0 });
}
