import OpenAI, { AuthenticationError } from 'openai';
import { expect, test } from 'vitest';
import { startChatCompletionsSimulator } from './chat-completions-simulator.ts';

test('the OpenAI SDK streams an answer and the usage it asked for', async () => {
  await using simulator = await startChatCompletionsSimulator({
    answer: (question) => `${question} Yes, it is.`,
  });
  const stream = await client(simulator.url, simulator.key).chat.completions.create({
    model: 'simulated',
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Is it so?' },
    ],
  });
  let text = '';
  let tokens = 0;
  let reason: string | null | undefined;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    reason = chunk.choices[0]?.finish_reason ?? reason;
    tokens = chunk.usage?.total_tokens ?? tokens;
  }
  expect(text).toBe('Is it so? Yes, it is.');
  expect(reason).toBe('stop');
  expect(tokens).toBeGreaterThan(0);
  expect(simulator.complaints).toEqual([]);
});

test('the OpenAI SDK runs a tool and hears the answer made of its result', async () => {
  await using simulator = await startChatCompletionsSimulator({
    useTool: () => ({ name: 'add', input: { a: 2, b: 3 } }),
    answerAfterTool: (result) => `It is ${result}.`,
  });
  const runner = client(simulator.url, simulator.key).chat.completions.runTools({
    model: 'simulated',
    stream: true,
    messages: [{ role: 'user', content: 'Two and three?' }],
    tools: [
      {
        type: 'function',
        function: {
          name: 'add',
          description: 'Adds.',
          parameters: { type: 'object', properties: {} },
          parse: JSON.parse,
          function: ({ a, b }: { a: number; b: number }) => String(a + b),
        },
      },
    ],
  });
  await expect(runner.finalContent()).resolves.toBe('It is 5.');
  expect(simulator.complaints).toEqual([]);
});

test('the OpenAI SDK lists the models', async () => {
  await using simulator = await startChatCompletionsSimulator();
  const models = await client(simulator.url, simulator.key).models.list();
  expect(models.data.map(({ id }) => id)).toEqual(['simulated']);
});

test('the OpenAI SDK tells a wrong key as its own error', async () => {
  await using simulator = await startChatCompletionsSimulator();
  const listing = client(simulator.url, 'wrong').models.list();
  await expect(listing).rejects.toBeInstanceOf(AuthenticationError);
});

function client(url: string, apiKey: string): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
}
