import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { GenerateRequest, GeneratorEvent } from '../../../call/stages/generator/generator.ts';

let isDone = false;

/**
 * Answers once with a model that is not there, so that the first person to ask does not wait while
 * code is read and compiled. Only the first call of a process does anything.
 */
export async function warmUp(
  answer: (model: LanguageModelV4, request: GenerateRequest) => AsyncIterable<GeneratorEvent>,
): Promise<void> {
  if (isDone) return;
  isDone = true;
  const request: GenerateRequest = {
    history: [{ role: 'user', text: 'Hello.' }],
    signal: new AbortController().signal,
    person: { timeZone: 'UTC' },
    reminders: { add: () => undefined, list: () => [], cancel: () => {} },
  };
  for await (const event of answer(instantModel, request)) void event;
}

const usage = {
  inputTokens: { total: 1, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: undefined, reasoning: undefined },
};

const instantModel: LanguageModelV4 = {
  specificationVersion: 'v4',
  provider: 'none',
  modelId: 'none',
  supportedUrls: {},
  doGenerate: () => Promise.reject(new Error('Only streams')),
  doStream: () =>
    Promise.resolve({
      stream: new ReadableStream({
        start(controller) {
          controller.enqueue({ type: 'stream-start', warnings: [] });
          controller.enqueue({ type: 'text-start', id: '1' });
          controller.enqueue({ type: 'text-delta', id: '1', delta: 'Hello.' });
          controller.enqueue({ type: 'text-end', id: '1' });
          controller.enqueue({
            type: 'finish',
            usage,
            finishReason: { unified: 'stop', raw: 'stop' },
          });
          controller.close();
        },
      }),
    }),
};
