import { API_PATHS, UPLINK_CHUNK_SAMPLES } from '@parley/shared';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/lib/clock.ts';
import { createSession, signIn } from './support/api.ts';
import { askForSession, guestPlan, plans, refusalOf } from './support/limits.ts';
import { ScriptedGenerator } from './support/scripted-generator.ts';
import { ScriptedTranscriber } from './support/scripted-transcriber.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay } from './support/test-relay.ts';

describe('one address', () => {
  const env = (limits: Readonly<Record<string, unknown>>) => ({
    ADDRESS_LIMITS: 'on',
    ...plans({ addresses: limits }),
  });

  it('signs in so many guests in an hour', async () => {
    await using relay = await startTestRelay({ env: env({ guest_sign_ins_per_hour: 3 }) });
    const post = () => fetch(new URL(API_PATHS.guest, relay.url), { method: 'POST' });
    for (let one = 0; one < 3; one++) expect((await post()).status).toBe(200);
    expect(await refusalOf(await post())).toEqual({
      code: 'rate_limited',
      status: 429,
      retryAfterS: 1_200,
    });
    const line = await relay.logs.until('request refused');
    expect(JSON.parse(line)).toMatchObject({ limit: 'address-guest-sign-ins', status: 429 });
  });

  it('begins so many calls in an hour, under any number of names', async () => {
    await using relay = await startTestRelay({ env: env({ sessions_per_hour: 4 }) });
    for (let one = 0; one < 4; one++) await createSession(relay.url);
    const refusal = await refusalOf(await askForSession(relay.url, await signIn(relay.url)));
    expect(refusal).toEqual({ code: 'rate_limited', status: 429, retryAfterS: 900 });
  });

  it('sends so many requests in a minute, to any path and from any page', async () => {
    await using relay = await startTestRelay({ env: env({ requests_per_minute: 20 }) });
    const statuses = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const path = ['/', '/health', '/api/v1/nowhere'][index % 3]!;
        // Anyone may write this header.
        const headers = { 'x-forwarded-for': `192.0.2.${index}`, origin: 'https://evil.example' };
        const response = await fetch(`${relay.url}${path}`, { headers });
        await response.body?.cancel();
        return response.status;
      }),
    );
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  });

  it('has so many connections at a time', async () => {
    await using relay = await startTestRelay({ env: env({ connections: 5 }) });
    const { hostname, port } = new URL(relay.url);
    const sockets: Socket[] = [];
    for (let one = 0; one < 5; one++) {
      const socket = connect(Number(port), hostname);
      await new Promise((resolve) => socket.once('connect', resolve));
      sockets.push(socket);
    }
    await using stack = new AsyncDisposableStack();
    stack.defer(() => sockets.forEach((socket) => socket.destroy()));
    const refused = connect(Number(port), hostname);
    const answer = await refused.toArray();
    expect(Buffer.concat(answer as Buffer[]).toString()).toMatch(
      /^HTTP\/1\.1 429 .*"code":"rate_limited"/s,
    );
    sockets.pop()!.destroy();
    await expect
      .poll(async () =>
        fetch(`${relay.url}/health`).then(
          ({ ok }) => ok,
          () => false,
        ),
      )
      .toBe(true);
  });
});

describe('a plan', () => {
  const transcriber = (name: string) =>
    Object.assign(new ScriptedTranscriber({ clock: systemClock }), { name });
  const providersOf = (call: TestCall) =>
    call.inbound.ofType('session.created')[0]?.session.providers;

  it('without paid providers has those of each stage that are free', async () => {
    let opened = 0;
    const paid = Object.assign(transcriber('paid'), {
      open: () => {
        opened += 1;
        return Promise.reject(new Error('It is paid.'));
      },
    });
    await using relay = await startTestRelay({
      env: guestPlan({ allows_paid_providers: false }),
      providers: { transcriber: paid, otherTranscribers: [transcriber('free')] },
      paid: ['paid'],
    });
    await using call = await TestCall.start(relay.url);
    expect(providersOf(call)).toMatchObject({ transcriber: 'free' });
    call.speak(1, new Int16Array(UPLINK_CHUNK_SAMPLES));
    await call.inbound.next('response.done');
    expect(opened).toBe(0);
  });

  it('for which a stage has only paid providers is told so before a call', async () => {
    await using relay = await startTestRelay({
      env: guestPlan({ allows_paid_providers: false }),
      paid: ['scripted-generator'],
    });
    expect(await refusalOf(await askForSession(relay.url, await signIn(relay.url)))).toEqual({
      code: 'plan_excludes',
      status: 403,
      retryAfterS: null,
    });
  });

  it.each([true, false])(
    'says whether tools of MCP servers may be used: %s',
    async (allows_tools) => {
      const generator = new ScriptedGenerator({ clock: systemClock });
      await using relay = await startTestRelay({
        env: guestPlan({ allows_tools }),
        providers: { generator },
      });
      await using call = await TestCall.start(relay.url);
      call.type('Look!');
      await call.inbound.next('response.done');
      expect(generator.requests.map(({ isWithoutTools }) => isWithoutTools)).toEqual([
        !allows_tools,
      ]);
    },
  );
});
