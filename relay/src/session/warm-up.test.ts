import { expect, it } from 'vitest';
import { readConfig } from '../config/config.ts';
import { systemClock } from '../lib/clock.ts';
import { warmUp } from './warm-up.ts';

const config = readConfig({});

it('takes some hundred turns through the whole way, and is over within seconds', async () => {
  const startedAtMs = systemClock.now();
  const { signal } = new AbortController();
  expect(await warmUp({ clock: systemClock, config, signal })).toBeGreaterThan(100);
  expect(systemClock.now() - startedAtMs).toBeLessThan(4_000);
});

it('lets others work meanwhile, and ends soon when the relay stops', async () => {
  const abort = new AbortController();
  const turns = warmUp({ clock: systemClock, config, signal: abort.signal });
  await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  expect(await turns).toBeLessThan(20);
});
