import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import { readConfig } from '../../base/config/config.ts';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { Problems } from '../../base/lib/problems.ts';
import { readPolicy } from './read-policy.ts';
import { RelaySettings } from './relay-settings.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-settings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const PROVIDERS = { transcriber: ['a', 'b'], generator: ['a'], synthesizer: ['a', 'c'] };

function open(path = join(folder, 'settings.json'), providers = PROVIDERS) {
  const problems = new Problems(new FakeClock());
  const start = { limits: readPolicy(readConfig({})), providers, logLevel: 'info' as const };
  return {
    problems,
    settings: new RelaySettings({ start, path, problems, logger: silentLogger }),
  };
}

const refusal = (changing: Promise<void>) =>
  changing.then(
    () => 'none',
    (error: unknown) => (error instanceof ParleyError ? `${error.code} ${error.detail}` : error),
  );

it('changes what is named, tells who listens, and keeps it over a restart', async () => {
  const { settings } = open();
  let told = 0;
  settings.onChange(() => told++);
  await settings.change({ limits: { plans: { guest: { concurrent_sessions: 1 } } } }, 'operator');
  await settings.change(
    {
      limits: {
        plans: { guest: { day_usd: null }, gold: { idle_s: 30 } },
        instance: { sessions: 7 },
      },
      providers: { transcriber: ['b'] },
      log_level: 'debug',
      is_draining: true,
    },
    'operator',
  );
  expect(told).toBe(2);
  for (const { policy, providers, logLevel } of [settings, open().settings]) {
    expect(policy.planOf('guest')).toMatchObject({
      concurrentSessions: 1,
      budgets: { sessionMicroUsd: 5_000_000, dayMicroUsd: Infinity },
    });
    expect(policy.planOf('gold')).toMatchObject({ idleMs: 30_000, concurrentSessions: 3 });
    expect(policy.instance.sessions).toBe(7);
    expect(providers).toEqual({ ...PROVIDERS, transcriber: ['b'] });
    expect(logLevel).toBe('debug');
  }
  expect(settings.isDraining).toBe(true);
  // A relay that was emptied to be restarted serves after that.
  expect(open().settings.isDraining).toBe(false);
});

it.each(['constructor', 'toString', '__proto__'])(
  'starts again after a plan was called %s',
  async (name) => {
    const { settings } = open();
    const request = JSON.parse(`{"limits":{"plans":{"${name}":{"idle_s":30}}}}`);
    await settings.change(request, 'operator');
    for (const { policy } of [settings, open().settings]) {
      expect(policy.planOf(name)).toMatchObject({ idleMs: 30_000, concurrentSessions: 3 });
    }
  },
);

it('goes back to what it was started with', async () => {
  const { settings } = open();
  await settings.change({ limits: { instance: { sessions: 7 } }, log_level: 'debug' }, 'operator');
  await settings.change({ limits: null, log_level: null }, 'operator');
  expect(settings.policy.instance.sessions).toBe(500);
  expect(settings.logLevel).toBe('info');
  expect(settings.describe().changed).toEqual({});
});

it('loses no change of several at once', async () => {
  const { settings } = open();
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      settings.change({ limits: { plans: { [`plan${index}`]: { idle_s: index + 1 } } } }, 'one'),
    ),
  );
  for (let index = 0; index < 20; index++) {
    expect(open().settings.policy.planOf(`plan${index}`).idleMs).toBe((index + 1) * 1_000);
  }
});

it.each([
  [{ limits: { plans: { guest: { concurent_sessions: 1 } } } }, 'limits.plans.guest: Unrecognized'],
  [{ limits: { plans: { guest: { session_usd: -1 } } } }, 'limits.plans.guest.session_usd: Too'],
  [{ limits: { instance: { sessions: 0 } } }, 'limits.instance.sessions: Too small'],
  ...['requests_per_minute', 'connections', 'wrong_admin_tokens_per_hour'].map(
    // Then the administrator could not take it back either, nor after a restart.
    (name): [unknown, string] => [
      { limits: { addresses: { [name]: 0 } } },
      `limits.addresses.${name}: Too small`,
    ],
  ),
  [{ providers: { transcriber: ['z'] } }, 'providers.transcriber: expected each once out of a, b.'],
  [{ providers: { transcriber: ['a', 'a'] } }, 'providers.transcriber: expected each once'],
  [{ providers: { transcriber: [] } }, 'providers.transcriber: Too small'],
  [{ log_level: 'loud' }, 'log_level: Invalid option'],
  [{ colour: 'red' }, 'body: Unrecognized key'],
  [[], 'body: Invalid input'],
  ['x', 'body: Invalid input'],
])('refuses %j in words, and changes nothing', async (request, words) => {
  const { settings } = open();
  const before = settings.describe();
  expect(await refusal(settings.change(request, 'operator'))).toContain(`invalid_request ${words}`);
  expect(settings.describe()).toEqual(before);
  await expect(readFile(join(folder, 'settings.json'))).rejects.toThrow('ENOENT');
});

it.each(['', '{"limits":', '[]', '{"log_level":"loud"}', '{"colour":1}'])(
  'starts with what the environment says if the file holds %j, and says so until it is mended',
  async (text) => {
    await writeFile(join(folder, 'settings.json'), text);
    const { settings, problems } = open();
    expect(settings.describe().changed).toEqual({});
    expect(problems.list()).toMatchObject([{ code: 'settings_not_read' }]);
    await settings.change({ log_level: 'warn' }, 'operator');
    expect(problems.list()).toEqual([]);
    expect(open().settings.logLevel).toBe('warn');
  },
);

it('changes nothing that cannot be kept', async () => {
  await writeFile(join(folder, 'file'), '');
  const { settings } = open(join(folder, 'file', 'settings.json'));
  expect(await refusal(settings.change({ log_level: 'debug' }, 'operator'))).toMatch(
    /^storage_unavailable/,
  );
  expect(settings.logLevel).toBe('info');
});

it('leaves out providers that the present start does not have', async () => {
  await open().settings.change({ providers: { transcriber: ['b', 'a'] } }, 'operator');
  const without = open(undefined, { ...PROVIDERS, transcriber: ['a'] });
  expect(without.settings.providers.transcriber).toEqual(['a']);
  const others = open(undefined, { ...PROVIDERS, transcriber: ['c'] });
  expect(others.settings.providers.transcriber).toEqual(['c']);
});
