import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BodyBounds, EndlessBodyError } from './body-bounds.ts';

const MEGABYTE = 1024 * 1024;
const SSE = 'text/event-stream; charset=utf-8';
const filled = (length: number, text = 'x') => new Uint8Array(Buffer.alloc(length, text));

/** How many pieces pass. */
function passed(contentType: string | null, piece: Uint8Array, most = 10_000): number {
  const bounds = new BodyBounds(contentType);
  for (let count = 0; count < most; count++) {
    if (bounds.take(piece) instanceof EndlessBodyError) return count;
  }
  return most;
}

test.each(['x', 'data: one\n', 'data: one\r\n', ': \n'])(
  'an event that does not end, of %j again and again, is cut off at a megabyte',
  (text) => {
    expect(passed(SSE, filled(64 * 1024, text))).toBe(16);
    expect(passed(SSE, filled(MEGABYTE + 1, text))).toBe(0);
  },
);

test.each(['data: one\n\n', 'data: one\r\rdata: tw', 'event: a\r\ndata: one\r\n\r\n'])(
  'a stream of events like %j may be long',
  (text) => {
    expect(passed(SSE, filled(16 * 1024, text))).toBe(6_400);
  },
);

test('where the network cuts a stream makes no difference', () => {
  const event = 'data: {"choices":[{"delta":{"content":"word"}}]}\r\n\r\n';
  const stream = Buffer.from(event.repeat(25_000));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (lengths) => {
      const bounds = new BodyBounds(SSE);
      let excess: unknown;
      for (let at = 0, piece = 0; at < stream.length && excess === undefined; piece++) {
        const length = lengths[piece % lengths.length]!;
        excess = bounds.take(stream.subarray(at, at + length));
        at += length;
      }
      expect(excess).toBeUndefined();
    }),
    { numRuns: 3 },
  );
});

test.each(['application/json', 'text/plain', null])('a body of %s ends within four', (type) => {
  expect(passed(type, filled(MEGABYTE, '{"a":1}\n'))).toBe(4);
});
