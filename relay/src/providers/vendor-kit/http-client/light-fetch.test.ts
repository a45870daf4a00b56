import type { RequestListener } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { Agent } from 'undici';
import { serveHttp } from '../../../../test/support/http-server.ts';
import { traceWork, within } from '../../../base/lib/error-boundary.ts';
import { lightFetch } from './light-fetch.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = await serveHttp(listener);
  cleanups.push(() => server.close());
  return server.url;
}

function light(): typeof globalThis.fetch {
  const agent = new Agent();
  cleanups.push(() => agent.destroy());
  return lightFetch(agent);
}

it('posts what it is given and answers as fetch does', async () => {
  const url = await serve((request, response) => {
    response.writeHead(418, { 'x-kind': 'teapot', 'set-cookie': ['a=1', 'b=2'] });
    request.pipe(response);
  });
  const init = { method: 'POST', headers: { 'x-a': 'b' }, body: 'short and stout: café' };
  const [ours, theirs] = await Promise.all([light()(url, init), fetch(url, init)]);
  expect(ours.status).toBe(418);
  expect(ours.ok).toBe(false);
  expect(ours.headers.get('x-kind')).toBe(theirs.headers.get('x-kind'));
  expect(await ours.text()).toBe(await theirs.text());
});

it('takes an answer without a body', async () => {
  const url = await serve((_, response) => response.writeHead(204).end());
  const response = await light()(url, { method: 'POST', body: '' });
  expect([response.status, response.body]).toEqual([204, null]);
});

it('hands over each piece as it comes', async () => {
  const next = Promise.withResolvers<void>();
  const url = await serve(async (_, response) => {
    response.write('one');
    await next.promise;
    response.end('two');
  });
  const reader = (await light()(url)).body!.getReader();
  const read = async () => {
    const { value } = await reader.read();
    return value === undefined ? undefined : Buffer.from(value).toString();
  };
  expect(await read()).toBe('one');
  next.resolve();
  expect(await read()).toBe('two');
  expect(await read()).toBeUndefined();
});

it('reads no faster than its reader', async () => {
  let written = 0;
  const url = await serve((_, response) => {
    // Only a stream of events may be this long.
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const piece = Buffer.alloc(64 * 1_024, 'data: 1\n\n');
    const more = () => {
      while (written < 1_024) {
        written++;
        if (!response.write(piece)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  });
  const response = await light()(url);
  const reader = response.body!.getReader();
  await reader.read();
  // Until the sockets between are full, and nothing moves any more.
  let before = -1;
  while (before !== written) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(written).toBeLessThan(1_024);
  let bytes = 64 * 1_024;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    bytes += next.value.byteLength;
  }
  expect(bytes).toBeGreaterThan(63 * 1_024 * 1_024);
});

it('lets the connection go when its reader leaves', async () => {
  const closed = Promise.withResolvers<void>();
  const url = await serve((_, response) => {
    response.on('close', () => closed.resolve());
    response.write('one');
  });
  const reader = (await light()(url)).body!.getReader();
  await reader.read();
  await reader.cancel();
  await expect(closed.promise).resolves.toBeUndefined();
});

it('fails with the reason of the signal, before the answer and within it', async () => {
  const url = await serve((_, response) => response.write('one'));
  const early = AbortSignal.abort(new Error('enough'));
  await expect(light()(url, { signal: early })).rejects.toThrow('enough');
  const abort = new AbortController();
  const response = await light()(url, { signal: abort.signal });
  const reader = response.body!.getReader();
  await reader.read();
  const next = reader.read();
  abort.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
});

it('fails as fetch does where the line breaks', async () => {
  const url = await serve((_, response) => response.destroy());
  const error: unknown = await light()(url).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ message: 'fetch failed', cause: { code: 'UND_ERR_SOCKET' } });
});

it('fails where an answer breaks off', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  });
  const response = await light()(url);
  await expect(response.text()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
});

it('cuts off an event without an end, before a library collects it', async () => {
  const gone = Promise.withResolvers<void>();
  const url = await serve((_, response) => {
    response.on('close', () => gone.resolve());
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: ');
    const piece = Buffer.alloc(64 * 1_024, 'x');
    const more = () => {
      while (!response.destroyed && response.write(piece));
      response.once('drain', more);
    };
    more();
  });
  const reading = (await light()(url)).text();
  await expect(reading).rejects.toThrow('An event does not end.');
  await gone.promise;
});

it('carries the trace of the work that it belongs to, and none without', async () => {
  const url = await serve((request, response) => {
    response.end(request.headers['traceparent'] ?? 'none');
  });
  const post = light();
  const asked = Promise.withResolvers<string>();
  const work = { failed: asked.reject };
  traceWork(work, { ahead: '00-a-c-01', present: () => '00-a-b-01' });
  within(work, () => {
    const answer = post(url, { method: 'POST', body: '' }).then((response) => response.text());
    answer.then(asked.resolve, asked.reject);
  });
  expect(await asked.promise).toBe('00-a-b-01');
  expect(await (await post(url, { method: 'POST', body: '' })).text()).toBe('none');
});
