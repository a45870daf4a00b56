import { isStepCount, streamText, type wrapLanguageModel } from 'ai';
import { builtInTools } from './built-in-tools.ts';

type Model = Parameters<typeof wrapLanguageModel>[0]['model'];

let isDone = false;

/**
 * Runs the library once against a model that is not there, so that the first person to ask does
 * not wait while its code is read and compiled. Only the first call of a process does anything.
 */
export async function warmUp(): Promise<void> {
  if (isDone) return;
  isDone = true;
  const { stream } = streamText({
    model: instantModel,
    instructions: 'Be brief.',
    prompt: 'Hello.',
    tools: builtInTools({
      reminders: { add: () => undefined, list: () => [], cancel: () => {} },
      person: { timeZone: 'UTC' },
      now: () => new Date(),
    }),
    stopWhen: isStepCount(2),
    maxRetries: 0,
    onError: () => {},
  });
  for await (const part of stream) void part;
}

const usage = {
  inputTokens: { total: 1, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: undefined, reasoning: undefined },
};

const instantModel: Model = {
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
