import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { startOpenAiSimulator } from './openai-simulator.ts';

test("OpenAI's own library streams a response, and sends the result of its tool", async () => {
  await using simulator = await startOpenAiSimulator({
    useTool: (_question, [name]) => ({ name: name!, input: { city: 'Oslo' } }),
    answerAfterTool: (result) => `It is ${result}.`,
  });
  const client = new OpenAI({ apiKey: simulator.key, baseURL: `${simulator.url}/v1` });
  const respond = (...input: OpenAI.Responses.ResponseInputItem[]) =>
    client.responses.stream({
      model: 'gpt-6-luna',
      store: false,
      reasoning: { effort: 'low' },
      include: ['reasoning.encrypted_content'],
      tools: [
        {
          type: 'function',
          name: 'weather',
          parameters: { type: 'object', properties: { city: { type: 'string' } } },
          strict: null,
        },
      ],
      input,
    });
  const asked: OpenAI.Responses.ResponseInputItem = {
    role: 'user',
    content: [{ type: 'input_text', text: 'How is the weather in Oslo?' }],
  };
  const [call] = (await respond(asked).finalResponse()).output;
  if (call?.type !== 'function_call') throw new Error('Expected a call');
  expect(call).toMatchObject({ name: 'weather', arguments: '{"city":"Oslo"}' });

  const { call_id, name, arguments: input } = call;
  const deltas: string[] = [];
  const answer = respond(
    asked,
    { type: 'function_call', call_id, name, arguments: input },
    { type: 'function_call_output', call_id, output: 'cold' },
  );
  answer.on('response.output_text.delta', ({ delta }) => void deltas.push(delta));
  const { status, output } = await answer.finalResponse();
  expect(status).toBe('completed');
  expect(deltas.join('')).toBe('It is cold.');
  expect(output).toMatchObject([{ content: [{ text: 'It is cold.' }] }]);
  expect(simulator.complaints).toEqual([]);
});
