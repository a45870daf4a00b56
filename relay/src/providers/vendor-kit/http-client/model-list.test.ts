import { afterEach, expect, it } from 'vitest';
import { serveHttp } from '../../../../test/support/http-server.ts';
import { systemClock } from '../../../base/lib/clock.ts';
import { ProviderError } from '../../../call/stages/provider-error.ts';
import { ModelList } from './model-list.ts';
import { VendorHttp } from './vendor-http.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Checks a server that answers with these statuses, by path. @returns what is wrong with it */
async function checked(statuses: Readonly<Record<string, number>>): Promise<unknown> {
  const { url, close } = await serveHttp((request, response) => {
    const status = statuses[request.url!] ?? 404;
    if (status === 0) request.socket.destroy();
    else response.writeHead(status).end();
  });
  const http = new VendorHttp({ provider: 'own', stage: 'transcriber', connectMs: 2_000 });
  const request = {
    url: `${url}/models`,
    headers: {},
    isOptional: true,
    healthUrl: `${url}/health`,
  };
  const list = new ModelList(http, request, systemClock);
  cleanups.push(close, () => list[Symbol.asyncDispose]());
  return list.check(AbortSignal.timeout(5_000)).then(
    () => undefined,
    (error: unknown) => (error instanceof ProviderError ? error.fault : error),
  );
}

it.each([
  [{ '/models': 200 }, undefined],
  [{}, undefined],
  [{ '/models': 501, '/health': 200 }, undefined],
  [{ '/models': 404, '/health': 401 }, undefined],
  [{ '/models': 307, '/health': 307 }, undefined],
  [{ '/models': 404, '/health': 500 }, undefined],
  // whisper.cpp while it loads its model.
  [{ '/models': 404, '/health': 503 }, 'overloaded'],
  [{ '/models': 404, '/health': 0 }, 'closed'],
  [{ '/models': 401, '/health': 200 }, 'unauthorized'],
  [{ '/models': 500, '/health': 200 }, 'overloaded'],
])('a server that answers with %j: %s', async (statuses: Record<string, number>, fault) => {
  expect(await checked(statuses)).toBe(fault);
});
