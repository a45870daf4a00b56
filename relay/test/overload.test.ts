import { API_PATHS, ERRORS, errorResponseSchema, healthResponseSchema } from '@parley/shared';
import { expect, it } from 'vitest';
import { runTalk } from '../talk/run.ts';
import { createSession, signIn } from './support/api.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay } from './support/test-relay.ts';

async function askForSession(url: string): Promise<Response> {
  const headers = { authorization: `Bearer ${await signIn(url)}` };
  return fetch(new URL(API_PATHS.sessions, url), { method: 'POST', headers });
}

async function problemsOf(url: string): Promise<readonly string[]> {
  const health: unknown = await (await fetch(`${url}/health`)).json();
  return healthResponseSchema.parse(health).problems.map(({ code }) => code);
}

it('a relay that is late refuses new calls in words, and goes on with those it has', async () => {
  let lostMs = 0;
  await using relay = await startTestRelay({ lostMs: () => lostMs });
  await using running = await TestCall.start(relay.url);
  await using lost = await TestCall.start(relay.url);
  lostMs = 1_200;

  const refused = await askForSession(relay.url);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(errorResponseSchema.parse(await refused.json()).error).toMatchObject({
    code: 'capacity_exhausted',
    message: ERRORS.capacity_exhausted.message,
    retryable: true,
  });
  expect(await problemsOf(relay.url)).toEqual(['event_loop_late']);

  let output = '';
  let errors = '';
  const status = await runTalk(['--url', relay.url, '--text', 'Hello'], {
    output: { write: (text: string) => (output += text) },
    errors: { write: (text: string) => (errors += text) },
    signal: new AbortController().signal,
  });
  expect(status).toBe(1);
  expect(output + errors).toContain(ERRORS.capacity_exhausted.message);

  running.type('Good morning');
  expect(await running.inbound.next('response.done')).toMatchObject({
    status: 'completed',
  });
  await lost.cut();
  await lost.resume();

  lostMs = 0;
  await expect.poll(async () => (await askForSession(relay.url)).status).toBe(201);
  await createSession(relay.url);
  expect(await problemsOf(relay.url)).toEqual(['event_loop_late']);
});

it('a relay without calls lets one in, however late it was', async () => {
  await using relay = await startTestRelay({ lostMs: () => 2_000 });
  expect((await askForSession(relay.url)).status).toBe(201);
});
