import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { serveHttp } from '../../../../test/support/http-server.ts';
import { estimateTokens } from '../../../base/lib/token-estimate.ts';
import type { Generator, TokenUsage } from '../../../call/stages/generator/generator.ts';
import type { Owned } from '../../../call/stages/provider.ts';
import { VendorHttp } from '../http-client/vendor-http.ts';
import { createLanguageModelGenerator } from './language-model-generator.ts';
import { ListedReminders, testContext } from './talk.rig.ts';

const WORDS = ['It ', 'is ', 'fine ', 'today.'];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Counts what it was sent as the relay estimates it, whether its answer is read or not. */
class CountingServer {
  inputTokens = 0;
  requests = 0;
  /** Called with each request that has arrived; the answer follows it. */
  onRequest: (response: ServerResponse, inputTokens: number) => void = () => {};

  readonly listen = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on('error', () => {});
    const pieces = await Array.fromAsync(request).catch(() => undefined);
    if (pieces === undefined) return;
    this.requests++;
    const inputTokens = estimateTokens(Buffer.concat(pieces as Buffer[]).toString());
    this.inputTokens += inputTokens;
    this.onRequest(response, inputTokens);
  };

  /** Writes the answer word by word, with what it cost at its end. */
  async answer(response: ServerResponse, inputTokens: number, pauseMs: () => number) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const content of WORDS) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs()));
      if (response.destroyed) return;
      response.write(chunk({ choices: [{ index: 0, delta: { content } }] }));
    }
    response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }));
    const usage = { prompt_tokens: inputTokens, completion_tokens: 9, total_tokens: 9 };
    response.end(chunk({ choices: [], usage }) + 'data: [DONE]\n\n');
  }
}

function chunk(body: object): string {
  return `data: ${JSON.stringify({ id: '1', created: 1, model: 'm', ...body })}\n\n`;
}

async function serving() {
  const server = new CountingServer();
  const { url, close } = await serveHttp((request, response) => {
    void server.listen(request, response);
  });
  cleanups.push(close);
  return { server, generator: asking(url) };
}

function asking(baseURL: string): Owned<Generator> {
  const http = new VendorHttp({ provider: 'small', stage: 'generator', connectMs: 2_000 });
  const model = createOpenAICompatible({
    name: 'small',
    baseURL,
    includeUsage: true,
    fetch: http.fetch,
  })('m');
  const generator = createLanguageModelGenerator({
    name: 'small',
    model,
    http,
    models: { url: `${baseURL}/models` } as never,
    systemPrompt: 'Be brief.',
    maxOutputTokens: 100,
    reasoning: 'default',
    context: testContext,
  });
  cleanups.push(() => generator[Symbol.asyncDispose]?.());
  return generator;
}

/** Asks, and gathers all that is owed for it. */
function ask(generator: Generator, text: string, signal: AbortSignal) {
  const owed: TokenUsage[] = [];
  const events = (async () => {
    const request = {
      history: [{ role: 'user', text }] as const,
      signal,
      onCutOff: (usage: TokenUsage) => owed.push(usage),
      person: { timeZone: 'UTC' },
      reminders: new ListedReminders(),
    };
    for await (const event of generator.generate(request)) {
      if (event.type === 'usage-reported') owed.push(event);
    }
  })();
  return { owed, events };
}

const inputOf = (owed: readonly TokenUsage[]) =>
  owed.reduce((sum, { inputTokens }) => sum + inputTokens, 0);

test('an answer that is cancelled before its first word costs what was sent for it', async () => {
  const { server, generator } = await serving();
  const arrived = Promise.withResolvers<void>();
  server.onRequest = () => arrived.resolve();
  const abort = new AbortController();
  const { owed, events } = ask(generator, 'word '.repeat(2_000), abort.signal);
  await arrived.promise;
  expect(owed).toEqual([]);
  abort.abort();
  expect(owed).toEqual([{ inputTokens: server.inputTokens, outputTokens: 0 }]);
  expect(server.inputTokens).toBeGreaterThan(2_000);
  await events;
  expect(owed).toHaveLength(1);
});

test('an answer that is cancelled while it is still being connected costs nothing', async () => {
  const sockets: Socket[] = [];
  // Takes the connection, and not the handshake without which no request is sent.
  const silent = createServer((socket) => sockets.push(socket.on('error', () => {})));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  cleanups.push(
    () => silent.close(),
    () => sockets.forEach((socket) => socket.destroy()),
  );
  const { port } = silent.address() as { port: number };
  const abort = new AbortController();
  const { owed, events } = ask(asking(`https://127.0.0.1:${port}`), 'hello', abort.signal);
  await once(silent, 'connection');
  abort.abort();
  await events;
  expect(owed).toEqual([]);
});

test.each([
  ['refused costs nothing', (response: ServerResponse) => response.writeHead(429).end(), 0],
  [
    'cut off without an answer costs what was sent',
    (response: ServerResponse) => response.destroy(),
    1,
  ],
] as const)('a request that is %s', async (_, answer, share) => {
  const { server, generator } = await serving();
  server.onRequest = (response) => void answer(response);
  const { owed, events } = ask(generator, 'hello', new AbortController().signal);
  await expect(events).rejects.toThrow();
  expect(inputOf(owed)).toBe(share * server.inputTokens);
  expect(server.inputTokens).toBeGreaterThan(0);
});

test('whenever an answer is cancelled: what is owed is what the server was sent, to the token', async () => {
  const { server, generator } = await serving();
  let sumOfOwed = 0;
  let cancelledEarly = 0;
  const turn = fc.record({
    words: fc.nat(400),
    /** After this many turns of the event loop, and then this many ms. */
    turns: fc.nat(6),
    ms: fc.oneof(fc.constant(0), fc.nat(6), fc.constant(1_000)),
    pauses: fc.array(fc.nat(2), { minLength: 1 }),
  });
  const run = async (turns: readonly (typeof turn extends fc.Arbitrary<infer T> ? T : never)[]) => {
    await Promise.all(
      turns.map(async ({ words, turns: loops, ms, pauses }) => {
        let word = 0;
        server.onRequest = (response, inputTokens) =>
          void server.answer(response, inputTokens, () => pauses[word++ % pauses.length]!);
        const abort = new AbortController();
        const { owed, events } = ask(generator, 'word '.repeat(words + 1), abort.signal);
        for (let loop = 0; loop < loops; loop++) await new Promise(setImmediate);
        const delay = new Promise((resolve) => setTimeout(resolve, ms).unref());
        if (ms > 0) await Promise.race([delay, events]);
        abort.abort();
        await events;
        if (owed.length === 0) cancelledEarly++;
        expect(owed.length).toBeLessThanOrEqual(1);
        sumOfOwed += inputOf(owed);
      }),
    );
    // What left may still be on its way.
    for (let wait = 0; wait < 200 && server.inputTokens !== sumOfOwed; wait++)
      await new Promise((resolve) => setTimeout(resolve, 2));
    expect(sumOfOwed).toBe(server.inputTokens);
  };
  await fc.assert(fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 12 }), run), {
    numRuns: 200,
  });
  expect(server.requests).toBeGreaterThan(500);
  expect(cancelledEarly).toBeGreaterThan(0);
}, 60_000);
