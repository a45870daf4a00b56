import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  API_PATHS,
  CLOSE_REASONS,
  errorResponseSchema,
  liveSessionsResponseSchema,
} from '@parley/shared';
import {
  monitoringStatusSchema,
  overviewSchema,
  type Overview,
} from '@parley/shared/monitoring-api';
import { createSession, signIn } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { LogTailClient } from '../support/log-tail-client.ts';
import { RedisServer } from '../support/redis-server.ts';
import { startReplica } from '../support/replica.ts';
import { TestCall } from '../support/test-call.ts';
import type { TestRelay } from '../support/test-relay.ts';

const ADMIN_TOKEN = 'an-administrators-token';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis[Symbol.asyncDispose]());

const start = () => startReplica(redis, { env: { ADMIN_TOKEN } });

function request(relay: TestRelay, path: string, token: string, method = 'GET', body?: unknown) {
  return fetch(new URL(path, relay.url), {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const change = (relay: TestRelay, body: unknown) =>
  request(relay, API_PATHS.adminSettings, ADMIN_TOKEN, 'PATCH', body);

async function settingsOf(relay: TestRelay) {
  const response = await request(relay, API_PATHS.adminSettings, ADMIN_TOKEN);
  return (await response.json()) as { log_level: string; is_draining: boolean; changed: object };
}

async function overviewOf(relay: TestRelay, query = ''): Promise<Overview> {
  const response = await request(relay, API_PATHS.adminOverview + query, ADMIN_TOKEN);
  return overviewSchema.parse(await response.json());
}

const isSignedIn = async (relay: TestRelay, token: string) =>
  (await request(relay, API_PATHS.me, token)).ok;

async function callsAt(relay: TestRelay, token: string): Promise<readonly string[]> {
  const response = await request(relay, `${API_PATHS.me}/sessions`, token);
  const { sessions } = liveSessionsResponseSchema.parse(await response.json());
  return sessions.map(({ session_id: id }) => id);
}

/** What is asked again until it is so, for five seconds. */
async function until(check: () => Promise<boolean>): Promise<void> {
  let isSo = false;
  let asking: Promise<void> | undefined;
  await eventually(() => {
    asking ??= check()
      .then((answer) => void (isSo = answer))
      .finally(() => (asking = undefined));
    return isSo;
  });
  await asking;
  expect(isSo).toBe(true);
}

describe('what all relays know', () => {
  let relays: readonly TestRelay[] = [];
  let a: TestRelay;
  let b: TestRelay;
  let c: TestRelay;
  beforeAll(async () => {
    relays = [a, b, c] = await Promise.all([start(), start(), start()]);
  });
  // A Redis that was restarted learns of each within a second.
  beforeEach(() =>
    until(async () => {
      const lists = await Promise.all(relays.map((relay) => overviewOf(relay)));
      const urls = relays.map(({ url }) => url).toSorted();
      return lists.every(({ relays: known }) =>
        isDeepStrictEqual(known?.map(({ url }) => url).toSorted(), urls),
      );
    }),
  );
  afterAll(() => Promise.all(relays.map((relay) => relay[Symbol.asyncDispose]())));

  const callAt = async (relay: TestRelay, token: string) =>
    TestCall.start(relay.url, {}, await createSession(relay.url, token));

  it('a sign-out refuses the token everywhere and ends the call that another holds', async () => {
    const token = await signIn(a.url);
    await using call = await callAt(a, token);
    expect((await request(b, API_PATHS.signOut, token, 'POST')).status).toBe(204);
    expect(await call.closed).toBe(CLOSE_REASONS.signedOut.code);
    await until(async () => !(await isSignedIn(a, token)) && !(await isSignedIn(c, token)));
    await using later = await start();
    expect(await isSignedIn(later, token)).toBe(false);
  });

  it('settings hold for all, also those that are changed at the same time', async () => {
    const answers = await Promise.all([
      change(a, { log_level: 'warn' }),
      change(b, { limits: { plans: { guest: { concurrent_sessions: 1 } } } }),
      change(c, { limits: { plans: { guest: { idle_s: 77 } } } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const changed = {
      log_level: 'warn',
      limits: { plans: { guest: { concurrent_sessions: 1, idle_s: 77 } } },
    };
    await using later = await start();
    expect((await settingsOf(later)).changed).toMatchObject(changed);
    for (const relay of relays) {
      await until(async () => Object.keys((await settingsOf(relay)).changed).length === 2);
      await until(async () => JSON.stringify((await settingsOf(relay)).changed).includes('77'));
      expect((await settingsOf(relay)).changed).toMatchObject(changed);
    }
    await change(a, { log_level: null, limits: null });
    await until(async () => Object.keys((await settingsOf(c)).changed).length === 0);
  });

  it('draining is each relay’s own, and the others say which one does', async () => {
    expect((await change(a, { is_draining: true })).status).toBe(200);
    await until(async () => {
      const known = (await overviewOf(b)).relays ?? [];
      return known.filter(({ state }) => state === 'draining').length === 1;
    });
    expect((await settingsOf(b)).is_draining).toBe(false);
    expect((await overviewOf(b)).relays?.[0]).toMatchObject({ is_this: true, state: 'ok' });
    await change(a, { is_draining: false });
  });

  it('what happened while Redis was away is made up for, though Redis forgot all', async () => {
    const token = await signIn(a.url);
    const other = await signIn(a.url);
    await change(b, { log_level: 'warn' });
    await request(c, API_PATHS.signOut, other, 'POST');
    await until(async () => (await settingsOf(a)).log_level === 'warn');
    await until(async () => !(await isSignedIn(b, other)));
    await using call = await callAt(b, token);
    await redis.stop();
    expect((await request(a, API_PATHS.signOut, token, 'POST')).status).toBe(204);
    const refused = await change(a, { log_level: 'error' });
    expect(refused.status).toBe(503);
    const { error } = errorResponseSchema.parse(await refused.json());
    expect(error.message).toContain('Redis');
    expect((await settingsOf(a)).log_level).toBe('warn');
    expect((await change(a, { is_draining: true })).status).toBe(200);
    await change(a, { is_draining: false });
    await redis.restart();
    expect(await call.closed).toBe(CLOSE_REASONS.signedOut.code);
    await until(async () => !(await isSignedIn(c, token)));
    await until(async () => (await change(c, { limits: { instance: { sessions: 9 } } })).ok);
    await using later = await start();
    expect(await isSignedIn(later, other)).toBe(false);
    expect((await settingsOf(later)).changed).toMatchObject({
      log_level: 'warn',
      limits: { instance: { sessions: 9 } },
    });
    await change(c, { log_level: null, limits: null });
  });

  it('a person sees and ends their calls at any relay, and no others', async () => {
    const token = await signIn(a.url);
    await using call = await callAt(a, token);
    const id = call.grant.session_id;
    expect(await callsAt(b, token)).toEqual([id]);
    const stranger = await signIn(b.url);
    expect(await callsAt(b, stranger)).toEqual([]);
    const end = (by: string) => request(b, `${API_PATHS.me}/sessions/${id}`, by, 'DELETE');
    expect((await end(stranger)).status).toBe(404);
    expect((await end(token)).status).toBe(204);
    expect(await call.closed).toBe(CLOSE_REASONS.endedElsewhere.code);
  });

  it('an operator sees which relay holds a call, and ends it at any', async () => {
    await using call = await callAt(a, await signIn(a.url));
    await using own = await callAt(b, await signIn(b.url));
    await until(async () => (await overviewOf(b)).sessions_total >= 2);
    const { sessions, relays: known } = await overviewOf(b);
    const id = call.grant.session_id;
    const holder = sessions.find(({ session_id: one }) => one === id)?.relay;
    expect(known?.find((relay) => relay.id === holder)).toMatchObject({ is_this: false });
    expect(sessions.map(({ session_id: one }) => one)).toContain(own.grant.session_id);
    // Its own figures, wherever they are asked for.
    const ofHolder = await overviewOf(c, `?range=1h&relay=${holder}`);
    expect(ofHolder.relays?.[0]).toMatchObject({ id: holder, is_this: true });
    expect(ofHolder.sessions).toHaveLength(sessions.length);
    expect((await overviewOf(c, '?relay=relay_gone')).relays?.[0]?.url).toBe(c.url);
    const status = await request(c, `${API_PATHS.monitoring}/status`, ADMIN_TOKEN);
    expect(monitoringStatusSchema.parse(await status.json()).relays).toHaveLength(3);
    const end = () => request(c, `${API_PATHS.adminSessions}/${id}/end`, ADMIN_TOKEN, 'POST');
    expect((await end()).status).toBe(204);
    expect(await call.closed).toBe(CLOSE_REASONS.endedByOperator.code);
    expect((await end()).status).toBe(404);
  });

  it('a newer token is taken for a call that another relay holds', async () => {
    const token = await signIn(a.url);
    await using call = await callAt(a, token);
    const path = API_PATHS.sessionToken.replace(':id', call.grant.session_id);
    expect((await request(b, path, token, 'POST')).status).toBe(204);
    expect((await request(b, path, await signIn(b.url), 'POST')).status).toBe(404);
  });

  it('a tail of the log follows one relay, another, or all', async () => {
    const known = (await overviewOf(a)).relays!;
    const idOf = async (relay: TestRelay) =>
      (await overviewOf(relay)).relays!.find((one) => one.is_this)!.id;
    expect(known.map(({ id }) => id)).toContain(await idOf(c));
    const tail = (query: string) => LogTailClient.open(a.url, ADMIN_TOKEN, query);
    using own = await tail('?level=info');
    using all = await tail('?level=info&relay=all');
    using one = await tail(`?level=info&relay=${await idOf(c)}`);
    // What it is to show has been read by all of them once a line has come from each.
    await until(async () => {
      await Promise.all(relays.map((relay) => change(relay, { is_draining: false })));
      return all.messages.lines.filter((line) => line.includes('settings changed')).length > 9;
    });
    const relaysIn = ({ messages }: LogTailClient) =>
      new Set(
        messages.lines
          .map((line) => (JSON.parse(line) as { relay?: string }).relay)
          .filter((relay) => relay !== undefined),
      );
    expect(relaysIn(all)).toEqual(new Set(known.map(({ id }) => id)));
    expect(relaysIn(own)).toEqual(new Set([await idOf(a)]));
    expect(relaysIn(one)).toEqual(new Set([await idOf(c)]));
    own.socket.send(JSON.stringify({ relay: await idOf(b) }));
    await own.messages.until(`{"filter":{"relay":`);
    await until(async () => {
      await change(b, { is_draining: false });
      return relaysIn(own).has(await idOf(b));
    });
  });
});
