import { expect, it } from 'vitest';
import { readConfig } from '../../base/config/config.ts';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { warmUp } from './warm-up.ts';

const config = readConfig({});

it('takes some hundred turns through the whole way', async () => {
  const { signal } = new AbortController();
  expect(await warmUp({ clock: new FakeClock(), config, signal })).toBeGreaterThan(100);
});

it('is over within seconds, however slow the machine is', async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  const turns = warmUp({ clock, config, signal });
  await new Promise((resolve) => setImmediate(resolve));
  clock.stall(4_000);
  expect(await turns).toBeLessThan(20);
});

it('lets others work meanwhile, and ends soon when the relay stops', async () => {
  const abort = new AbortController();
  const turns = warmUp({ clock: new FakeClock(), config, signal: abort.signal });
  await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  expect(await turns).toBeLessThan(20);
});
