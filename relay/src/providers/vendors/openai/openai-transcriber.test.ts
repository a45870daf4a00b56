import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../../base/lib/clock.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { bodyText, createOpenAiTranscriber, sseData } from './openai-transcriber.ts';

/** Utterances transcribed one after the other: the words of each, and the formats asked for. */
async function transcribed(model: string, answers: readonly [status: number, body: object][]) {
  const formats: (string | undefined)[] = [];
  const left = [...answers];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const bytes of request) body += (bytes as Buffer).toString('latin1');
    formats.push(/name="response_format"\s+(\w+)/.exec(body)?.[1]);
    const [status, answer] = left.shift()!;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const transcriber = createOpenAiTranscriber({
    server: { name: 'compatible', baseUrl, apiKey: undefined, hasModelList: false },
    model,
    context: { clock: systemClock, logger: silentLogger, connectMs: 2_000, language: 'en-US' },
  });
  const words: string[] = [];
  const { signal } = new AbortController();
  while (left.length > 0) {
    const utterance = await transcriber.open({ language: 'en-US', signal });
    utterance.push(new Int16Array(16_000).fill(1_000));
    utterance.finalize();
    try {
      for await (const event of utterance.events) if ('text' in event) words.push(event.text);
    } catch (error) {
      words.push((error as Error).message);
    }
  }
  await transcriber[Symbol.asyncDispose]?.();
  server.close();
  return { words, formats };
}

const HELLO = { text: 'Hello.' };
const NOISE = {
  text: ' you',
  segments: [{ text: ' you', no_speech_prob: 0.9, avg_logprob: -0.5 }],
};

test('a Whisper server says itself what it invented', async () => {
  const { words, formats } = await transcribed('whisper-large-v3', [
    [200, NOISE],
    [200, HELLO],
  ]);
  expect(words).toEqual(['', 'Hello.']);
  expect(formats).toEqual(['verbose_json', 'verbose_json']);
});

test.each([400, 422, 500])(
  'a server that refuses (%i) the full answer is asked for the short one',
  async (status) => {
    const { words, formats } = await transcribed('openai/whisper-small', [
      [status, {}],
      [200, HELLO],
      [200, HELLO],
    ]);
    expect(words).toEqual(['Hello.', 'Hello.']);
    expect(formats).toEqual(['verbose_json', 'json', 'json']);
  },
);

test('a server that was down is asked for the full answer again', async () => {
  const { formats } = await transcribed('whisper-1', [
    [500, {}],
    [500, {}],
    [200, HELLO],
    [500, {}],
  ]);
  expect(formats).toEqual(['verbose_json', 'json', 'verbose_json', 'verbose_json']);
});

test('other models are asked for the short answer', async () => {
  expect((await transcribed('parakeet', [[200, HELLO]])).formats).toEqual(['json']);
});

async function* cut(text: string, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  for (const length of lengths) {
    yield bytes.subarray(at, at + length);
    at += length;
  }
  yield bytes.subarray(at);
}

const STREAM =
  ': hello\nid: 7\ndata: {"text":"où"}\n\nevent: x\r\ndata:two\r\ndata: lines\r\n\r\ndata: 🎈\n\ndata: unfinished';

test('events are found wherever the network cuts them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), async (lengths) => {
      const data: string[] = [];
      for await (const each of sseData(cut(STREAM, lengths))) data.push(each);
      expect(data).toEqual(['{"text":"où"}', 'two\nlines', '🎈']);
      expect(await bodyText(cut(STREAM, lengths))).toBe(STREAM);
    }),
  );
});

test('what does not end is not kept for ever', async () => {
  async function* endless(start: string): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(start);
    for (;;) yield new Uint8Array(10_000).fill(0x61);
  }
  const all = async () => {
    for await (const data of sseData(endless('data: '))) void data;
  };
  await expect(all()).rejects.toBeInstanceOf(RangeError);
  await expect(bodyText(endless('{'))).rejects.toBeInstanceOf(RangeError);
});
