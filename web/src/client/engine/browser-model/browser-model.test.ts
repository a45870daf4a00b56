import { beforeEach, expect, test } from 'vitest';
import type { MediaNotice } from '../../messages/media-messages.ts';
import type { BrowserModelCommand } from '../../messages/page-requests.ts';
import type {
  LanguageModels,
  ModelAvailability,
  ModelPrompt,
  ModelSession,
} from './language-model.ts';
import { BrowserModel } from './browser-model.ts';

const QUESTION = {
  type: 'ask-model',
  requestId: 'ask_1',
  instructions: 'Be brief.',
  messages: [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Hello there.' },
    { role: 'user', content: 'Who was Ada Lovelace?' },
  ],
  totalMs: 30_000,
} as const;

/** A browser's model that says what a test says. */
class ScriptedModels implements LanguageModels {
  answer: ModelAvailability = 'available';
  createFails = false;
  /** Sessions that are open. */
  open = 0;
  prompts: readonly ModelPrompt[] = [];
  asked = '';
  signal: AbortSignal | undefined;
  stream!: ReadableStreamDefaultController<string>;

  availability(): Promise<ModelAvailability> {
    return Promise.resolve(this.answer);
  }

  create(options: Parameters<LanguageModels['create']>[0]): Promise<ModelSession> {
    if (this.createFails) return Promise.reject(new DOMException('No.', 'NotAllowedError'));
    this.open += 1;
    this.prompts = options.initialPrompts ?? [];
    return Promise.resolve({
      promptStreaming: (input, { signal }) => {
        this.asked = input;
        this.signal = signal;
        return new ReadableStream<string>({
          start: (controller) => {
            this.stream = controller;
            signal.addEventListener('abort', () => controller.error(signal.reason));
          },
        });
      },
      destroy: () => {
        this.open -= 1;
      },
    });
  }
}

let models: ScriptedModels;
let posted: BrowserModelCommand[];
let page: BrowserModel;
let notices: MediaNotice[];
const notify = (notice: MediaNotice) => void notices.push(notice);

beforeEach(async () => {
  models = new ScriptedModels();
  posted = [];
  notices = [];
  page = new BrowserModel({ models, post: (command) => posted.push(command), notify });
  await page.setOffered(true);
});

/** Lets streams and promises settle. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

async function ask(): Promise<void> {
  posted.length = 0;
  page.onRequest(QUESTION);
  await settle();
}

const textOf = () => posted.map((command) => ('text' in command ? command.text : '')).join('');

test('is offered once it is loaded, and taken back', async () => {
  expect(posted).toEqual([{ type: 'offer-page', offer: { page_model: true } }]);
  expect(models.open).toBe(1);
  await page.setOffered(false);
  expect(posted.at(-1)).toEqual({ type: 'offer-page', offer: { page_model: false } });
  expect(models.open).toBe(0);
});

test('is held once, however fast it is switched', async () => {
  const switched = [false, true, false, true].map((offered) => page.setOffered(offered));
  await Promise.all(switched);
  expect(models.open).toBe(1);
  page.end();
  expect(models.open).toBe(0);
});

test.each<ModelAvailability>(['unavailable', 'downloadable', 'downloading'])(
  'is not offered, and nothing is downloaded, if it is %s',
  async (answer) => {
    models = new ScriptedModels();
    models.answer = answer;
    posted = [];
    page = new BrowserModel({ models, post: (command) => posted.push(command), notify });
    await page.setOffered(true);
    expect(posted).toEqual([]);
    expect(notices).toMatchObject([{ type: 'error', code: 'page_model_failed' }]);
    expect(models.open).toBe(0);
  },
);

test('answers with what was said before, word by word', async () => {
  await ask();
  expect(models.prompts).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Hello there.' },
  ]);
  expect(models.asked).toBe('Who was Ada Lovelace?');
  models.stream.enqueue('She wrote ');
  await settle();
  expect(posted).toEqual([
    { type: 'page-answer', requestId: 'ask_1', state: 'going-on', text: 'She wrote ' },
  ]);
  models.stream.enqueue('programs.');
  models.stream.close();
  await settle();
  expect(textOf()).toBe('She wrote programs.');
  expect(posted.at(-1)).toEqual({ type: 'page-answer', requestId: 'ask_1', state: 'completed' });
  expect(models.open).toBe(1);
});

test('an interruption aborts the model, and nothing more is said', async () => {
  await ask();
  models.stream.enqueue('She wrote ');
  await settle();
  page.onRequest({ type: 'stop-model', requestId: 'ask_other' });
  expect(models.signal?.aborted).toBe(false);
  page.onRequest({ type: 'stop-model', requestId: 'ask_1' });
  expect(models.signal?.aborted).toBe(true);
  await settle();
  expect(posted).toHaveLength(1);
  expect(models.open).toBe(1);
});

test('a model that throws has no answer', async () => {
  await ask();
  models.stream.error(new DOMException('Out of memory.', 'UnknownError'));
  await settle();
  expect(posted).toEqual([{ type: 'page-answer', requestId: 'ask_1', state: 'failed' }]);
  models.createFails = true;
  await ask();
  expect(posted).toEqual([{ type: 'page-answer', requestId: 'ask_1', state: 'failed' }]);
  expect(models.open).toBe(1);
});

test('an answer without an end is cut where the relay would refuse it', async () => {
  await ask();
  models.stream.enqueue('x'.repeat(5_000));
  await settle();
  expect(textOf()).toHaveLength(4_000);
  expect(posted.every((command) => !('text' in command) || command.text.length <= 2_000)).toBe(
    true,
  );
  expect(posted.at(-1)).toMatchObject({ state: 'completed' });
  expect(models.open).toBe(1);
});

test('the end of the call aborts the model and releases it', async () => {
  await ask();
  page.end();
  expect(models.signal?.aborted).toBe(true);
  await settle();
  expect(posted).toEqual([]);
  expect(models.open).toBe(0);
});
