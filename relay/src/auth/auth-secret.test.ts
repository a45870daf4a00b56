import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadAuthSecret } from './auth-secret.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-secret-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('takes the configured secret and writes nothing', async () => {
  const dataDir = join(folder, 'unused');
  expect(await loadAuthSecret('configured', dataDir)).toEqual(
    new TextEncoder().encode('configured'),
  );
  await expect(stat(dataDir)).rejects.toThrow('ENOENT');
});

it('makes one for itself and keeps it, for its own eyes only', async () => {
  const dataDir = join(folder, 'new', 'deep');
  const made = await loadAuthSecret(undefined, dataDir);
  expect(made.length).toBeGreaterThanOrEqual(32);
  expect(await loadAuthSecret(undefined, dataDir)).toEqual(made);
  expect((await stat(join(dataDir, 'auth-secret'))).mode & 0o077).toBe(0);
});

it('is the same for all that start at once', async () => {
  const dataDir = join(folder, 'race');
  const secrets = await Promise.all(
    Array.from({ length: 20 }, () => loadAuthSecret(undefined, dataDir)),
  );
  expect(new Set(secrets.map((secret) => Buffer.from(secret).toString())).size).toBe(1);
});
