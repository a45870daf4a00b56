import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bodyText, sseData } from './openai-transcriber.ts';

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
