import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RelayProcess } from '../support/relay-process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-systemd-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('systemd is told that it is ready, that it is alive, and that it stops', async () => {
  const told = join(folder, 'told');
  const program = join(folder, 'systemd-notify');
  await writeFile(program, `#!/bin/sh\necho "$NOTIFY_SOCKET $1" >> ${told}\n`);
  await chmod(program, 0o755);
  await using relay = await RelayProcess.start({
    env: {
      PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
      NOTIFY_SOCKET: '/run/systemd/notify',
      WATCHDOG_USEC: '300000',
    },
  });
  const lines = async () => (await readFile(told, 'utf8').catch(() => '')).trim().split('\n');
  await vi.waitUntil(async () => (await lines()).length >= 4, { timeout: 10_000 });
  const [first, ...rest] = await lines();
  expect(first).toBe('/run/systemd/notify --ready');
  expect(new Set(rest)).toEqual(new Set(['/run/systemd/notify WATCHDOG=1']));
  relay.child.kill('SIGTERM');
  await vi.waitUntil(async () => (await lines()).at(-1)?.endsWith('STOPPING=1') === true, {
    timeout: 10_000,
  });
});
