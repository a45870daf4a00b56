import { API_PATHS } from '@parley/shared';
import { expect, test } from 'vitest';
import { BenchProcess } from '../../bench/process/bench-process.ts';
import type { LoadHandlers } from '../../bench/relay/load.process.ts';
import { WITH_PAUSES } from '../../bench/relay/schedule.ts';
import type { UpstreamHandlers } from '../../bench/relay/upstream.ts';
import { signIn } from '../support/api.ts';
import { RelayProcess } from '../support/relay-process.ts';

const PROGRAM = new URL('stalling-relay.process.ts', import.meta.url);
const bench = (name: string) => new URL(`../../bench/relay/${name}.process.ts`, import.meta.url);

const SESSIONS = 200;

async function askForSession(url: string, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(url + API_PATHS.sessions, { method: 'POST', headers })).status;
}

test('two hundred calls go on over a stall of two seconds, and nothing is lost', async () => {
  const { signal } = new AbortController();
  await using callers = new BenchProcess<LoadHandlers>(bench('load'), signal);
  await using vendor = new BenchProcess<UpstreamHandlers>(bench('nova'), signal);
  const upstream = await vendor.ask('listen', { side: 'relay', isPipe: false, codec: 'pcm16' });
  await using relay = await RelayProcess.start({
    program: PROGRAM,
    noticesLateness: true,
    env: {
      MAX_SESSIONS: String(SESSIONS + 1),
      VENDOR_URL: upstream.url,
      VENDOR_KEY: upstream.key,
      LOG_LEVEL: 'warn',
      SHUTDOWN_GRACE_S: '0',
    },
  });
  const { url } = relay;
  const token = await signIn(url);
  await callers.ask('connect', {
    side: 'relay',
    isPipe: false,
    url,
    sessions: SESSIONS,
    schedule: WITH_PAUSES,
    codec: 'pcm16',
  });
  await callers.ask('begin', 'relay');
  await callers.ask('flow', 'relay');
  const flowing = await vendor.ask('delivered', 'relay');
  await expect
    .poll(() => vendor.ask('delivered', 'relay'), { timeout: 30_000 })
    .toBeGreaterThan(flowing + 1_000);

  relay.child.kill('SIGUSR2');
  const stalled = await relay.untilHealth(({ problems }) => problems.length > 0);
  expect(stalled.problems).toMatchObject([{ code: 'event_loop_late' }]);
  expect(stalled.active_connections).toBe(SESSIONS);
  expect(await askForSession(url, token)).toBe(503);
  const { sent, problems } = await callers.ask('pause', 'relay');
  await expect.poll(() => vendor.ask('delivered', 'relay'), { timeout: 40_000 }).toBe(sent);
  expect(await vendor.ask('take', 'relay')).toMatchObject({ reordered: 0, repeated: 0 });
  expect(problems).toEqual([]);
  // Without their load the relay is in time again.
  await expect.poll(() => askForSession(url, token), { timeout: 15_000 }).toBe(201);
  const health = await relay.health();
  expect(health).toMatchObject({ status: 'ok', active_connections: SESSIONS });
  expect(health.services.map(({ health: how }) => how)).toEqual(['healthy', 'healthy', 'healthy']);
  const told = relay.logs.lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(new Set(told)).toEqual(
    new Set(['the event loop is late: no new calls', 'the event loop is in time again: new calls']),
  );
  expect(await relay.end()).toMatchObject({ code: 0 });
}, 90_000);
