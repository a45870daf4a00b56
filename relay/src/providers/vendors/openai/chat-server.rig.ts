import type { ServerResponse } from 'node:http';
import { readJson, write } from '../../../../simulators/kit/http-answers.ts';
import { startOpenAiSimulator } from '../../../../simulators/openai/openai-simulator.ts';
import { talkWith, testContext } from '../../vendor-kit/language-model/talk.rig.ts';
import { createOpenAiGenerator } from './openai-generator.ts';

export const SSE = 'text/event-stream';
export const say = (content: string, finish: string | null = null) => ({
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: { content }, finish_reason: finish }],
});
export const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
export const whole = (message: object, more: object = {}) => ({
  id: 'chat-1',
  object: 'chat.completion',
  created: 1,
  model: 'llama',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
  ...more,
});

interface Chat {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly tools?: readonly object[];
}

/** A server that answers with these bodies, one after the other, and at last with the last again. */
export async function chatWith(
  bodies: readonly (string | ((response: ServerResponse) => boolean | Promise<boolean>))[],
  type = SSE,
  isCutUp = false,
) {
  const chats: Chat[] = [];
  const simulator = await startOpenAiSimulator({
    flavour: 'compatible',
    answer: () => 'It is noon.',
    async vice(request, response) {
      if (request.method !== 'POST') return false;
      const chat = (await readJson(request)) as Chat;
      const body = bodies[Math.min(chats.length, bodies.length - 1)]!;
      chats.push(chat);
      if (typeof body !== 'string') return body(response);
      response.writeHead(200, { 'content-type': type });
      await send(response, body, isCutUp);
      return true;
    },
  });
  const generator = createOpenAiGenerator({
    server: { name: 'test', baseUrl: `${simulator.url}/v1`, apiKey: undefined, hasModelList: true },
    model: 'llama',
    systemPrompt: 'Be brief.',
    maxOutputTokens: 200,
    reasoning: 'none',
    tools: 'auto',
    contextTokens: undefined,
    api: 'completions',
    isOpenAi: false,
    context: testContext,
  });
  return Object.assign(talkWith(simulator, generator), { chats });
}

async function send(response: ServerResponse, body: string, isCutUp: boolean): Promise<void> {
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += isCutUp ? 3 : bytes.length) {
    await write(response, bytes.subarray(at, isCutUp ? at + 3 : bytes.length));
    if (isCutUp) await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}
