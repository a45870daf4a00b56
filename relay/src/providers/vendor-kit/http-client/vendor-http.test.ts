import type { RequestListener } from 'node:http';
import { FormData } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { serveHttp } from '../../../../test/support/http-server.ts';
import { VendorHttp, type VendorRequest } from './vendor-http.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = await serveHttp(listener);
  cleanups.push(() => server.close());
  return server.url;
}

function http(): VendorHttp {
  const client = new VendorHttp({ provider: 'test', stage: 'generator', connectMs: 2_000 });
  cleanups.push(() => client[Symbol.asyncDispose]());
  return client;
}

function get(signal = new AbortController().signal): VendorRequest {
  return { method: 'GET', headers: { authorization: 'Bearer secret' }, signal };
}

test('an answer is handed over with its body', async () => {
  const url = await serve((request, response) => response.end(request.headers.authorization));
  expect(await (await http().request(url, get())).text()).toBe('Bearer secret');
});

test.each([
  [403, 'unauthorized'],
  [429, 'rate-limited'],
  [500, 'overloaded'],
  [404, 'rejected'],
])('status %i is %s, without what the vendor wrote', async (status, fault) => {
  const url = await serve((_, response) =>
    response.writeHead(status, { 'retry-after': '3' }).end('you sent: secret'),
  );
  const error: unknown = await http()
    .request(url, get())
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ fault, status, retryAfterMs: 3_000, provider: 'test' });
  expect(JSON.stringify(error) + String(error)).not.toContain('secret');
});

test('a request says when all of it has left, which is before its answer', async () => {
  const answer = Promise.withResolvers<void>();
  const url = await serve(async (_, response) => {
    await answer.promise;
    response.end();
  });
  const sent = Promise.withResolvers<void>();
  const form = new FormData();
  form.set('file', new Blob(['a'.repeat(300_000)]));
  const onSent = () => sent.resolve();
  const asked = http().request(url, { ...get(), method: 'POST', body: form, onSent });
  await sent.promise;
  answer.resolve();
  expect((await asked).status).toBe(200);
});

test('a request that finds no connection has not left', async () => {
  let isSent = false;
  const onSent = () => {
    isSent = true;
  };
  const closed = await serve(() => {});
  for (const cleanup of cleanups.splice(0)) await cleanup();
  await expect(http().request(closed, { ...get(), onSent })).rejects.toThrow();
  expect(isSent).toBe(false);
});

test.each([
  [403, 'Your input was flagged by moderation.', 'rejected', true],
  [401, 'Your input was flagged by moderation.', 'unauthorized', false],
  [403, 'Wrong key.', 'unauthorized', false],
  [404, 'The maximum context length is exceeded.', 'rejected', true],
  [404, 'No such model.', 'rejected', false],
  [429, 'Flagged.', 'rate-limited', false],
])('status %i, “%s”, is %s', async (status, words, fault, isRequestsOwn) => {
  const url = await serve((_, response) => response.writeHead(status).end(words));
  await expect(http().request(url, get())).rejects.toMatchObject({ fault, isRequestsOwn });
});

test.each([302, 307])('status %i is not followed: what lets us in stays here', async (status) => {
  let isAsked = false;
  const elsewhere = await serve((_, response) => {
    isAsked = true;
    response.end('thanks');
  });
  const url = await serve((_, response) =>
    response.writeHead(status, { location: elsewhere }).end(),
  );
  const headers = { 'x-tenant': 'secret' };
  const { signal } = new AbortController();
  const asked = http().request(url, { method: 'POST', headers, body: 'speech', signal });
  await expect(asked).rejects.toMatchObject({ fault: 'rejected', status, note: 'redirect' });
  expect(isAsked).toBe(false);
});

test('a refused connection is unreachable, a cut one is closed', async () => {
  const url = await serve((_, response) => response.destroy());
  await expect(http().request(url, get())).rejects.toMatchObject({ fault: 'closed' });
  for (const cleanup of cleanups.splice(0)) await cleanup();
  await expect(http().request(url, get())).rejects.toMatchObject({ fault: 'unreachable' });
});

test('a body that breaks off is a failure in our words', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  });
  const client = http();
  const response = await client.request(url, get());
  const error: unknown = await response.text().catch((thrown: unknown) => thrown);
  expect(client.failure(error)).toMatchObject({ fault: 'closed', stage: 'generator' });
});

test('aborting rejects with the reason of the signal', async () => {
  const abort = new AbortController();
  const url = await serve(() => abort.abort(new Error('enough')));
  await expect(http().request(url, get(abort.signal))).rejects.toThrow('enough');
});

test('connections are used again', async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.end('ok');
  });
  const client = http();
  for (let n = 0; n < 6; n += 1) await (await client.request(url, get())).text();
  // A request may be made a moment before the connection of the one before is free.
  expect(ports.size).toBeLessThanOrEqual(2);
});

test('the cause is told in a word, as far as it is known', async () => {
  const url = await serve((_, response) =>
    response.writeHead(404).end('{"error":"The model `secret` does not exist"}'),
  );
  const told = (at: string) =>
    http()
      .request(at, get())
      .catch((thrown: unknown) => thrown);
  expect(await told(url)).toMatchObject({ note: 'model' });
  expect(await told('http://vendor.invalid/')).toMatchObject({ note: 'no such host' });
  expect(await told(url.replace('http:', 'https:'))).toMatchObject({ note: 'not TLS' });
});
