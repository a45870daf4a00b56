import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { errorResponseSchema } from '@parley/shared';
import { identifyRequests } from './problem.ts';
import { readBeforeSending } from './read-before-sending.ts';

const LONG_CACHING = 'public, max-age=31536000, immutable';

function ask(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Response> {
  const app = new Hono();
  app.use(identifyRequests(), readBeforeSending());
  app.get('/', (c) => {
    c.header('Cache-Control', LONG_CACHING);
    c.header('Content-Encoding', 'br');
    return c.body(body);
  });
  return Promise.resolve(app.request('/'));
}

/** Gives the pieces, then fails if asked to. */
function streamOf(
  pieces: readonly string[],
  failure?: Error,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const left = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const piece = left.shift();
      if (piece !== undefined) controller.enqueue(new TextEncoder().encode(piece));
      else if (failure === undefined) controller.close();
      else controller.error(failure);
    },
  });
}

const EMFILE = Object.assign(new Error('too many open files'), { code: 'EMFILE' });

it.each([[[]], [['one']], [['one', 'two', 'three']]])('sends %j as it is', async (pieces) => {
  const response = await ask(streamOf(pieces));
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe(LONG_CACHING);
  expect(response.headers.get('content-encoding')).toBe('br');
  expect(await response.text()).toBe(pieces.join(''));
});

it('refuses a file that cannot be opened, with nothing of its headers', async () => {
  const response = await ask(streamOf([], EMFILE));
  expect(response.status).toBe(503);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('content-encoding')).toBeNull();
  expect(response.headers.get('retry-after')).toBe('5');
  const { error } = errorResponseSchema.parse(await response.json());
  expect(error.code).toBe('capacity_exhausted');
  expect(response.headers.get('x-request-id')).toBe(error.request_id);
});

it('breaks off what fails in the middle', async () => {
  const response = await ask(streamOf(['one'], EMFILE));
  await expect(response.text()).rejects.toThrow('too many open files');
});
