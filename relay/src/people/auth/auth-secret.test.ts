import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../base/config/read-settings.ts';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { Problems } from '../../base/lib/problems.ts';
import { loadAuthSecret, type AuthSecretOptions } from './auth-secret.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-secret-'));
});
afterAll(() => rm(folder, { recursive: true }));

const problems = new Problems(new FakeClock());

async function load(dataDir: string, more: Partial<AuthSecretOptions> = {}): Promise<string> {
  const options = { configured: undefined, dataDir, logger: silentLogger, problems, ...more };
  return new TextDecoder().decode(await loadAuthSecret(options));
}

/** A data folder that holds this secret already. */
async function folderWith(name: string, secret: string): Promise<string> {
  const dataDir = join(folder, name);
  await mkdir(dataDir);
  await writeFile(join(dataDir, 'auth-secret'), secret);
  return dataDir;
}

it('takes the configured secret and writes nothing', async () => {
  const dataDir = join(folder, 'unused');
  expect(await load(dataDir, { configured: 'configured' })).toBe('configured');
  await expect(stat(dataDir)).rejects.toThrow('ENOENT');
});

it('makes one for itself and keeps it, for its own eyes only', async () => {
  const dataDir = join(folder, 'new', 'deep');
  const made = await load(dataDir);
  expect(made.length).toBeGreaterThanOrEqual(32);
  expect(await load(dataDir)).toBe(made);
  expect((await stat(join(dataDir, 'auth-secret'))).mode & 0o077).toBe(0);
  expect(await readdir(dataDir)).toEqual(['auth-secret']);
});

it('is the same for all that start at once', async () => {
  const dataDir = join(folder, 'race');
  const secrets = await Promise.all(Array.from({ length: 20 }, () => load(dataDir)));
  expect(new Set(secrets).size).toBe(1);
  expect(await readdir(dataDir)).toEqual(['auth-secret']);
});

it.each(['', '\n'])('replaces an empty one (%j), as a full disk leaves it', async (empty) => {
  const dataDir = await folderWith(`empty-${empty.length}`, empty);
  const made = await load(dataDir);
  expect(made.length).toBeGreaterThanOrEqual(32);
  expect(await load(dataDir)).toBe(made);
});

it.each(['x', 'x'.repeat(31)])('refuses one that is too short, in words', async (short) => {
  const dataDir = await folderWith(`short-${short.length}`, short);
  await expect(load(dataDir)).rejects.toThrow(`holds ${short.length} characters`);
  await expect(load(dataDir)).rejects.toBeInstanceOf(ConfigError);
  expect(await readFile(join(dataDir, 'auth-secret'), 'utf8')).toBe(short);
});

describe('a data folder that cannot be used', () => {
  it.each([
    ['that cannot be made', () => '/proc/nope/deep'],
    ['that is a file', async () => join(await folderWith('file', ''), 'auth-secret')],
    ['below a file', async () => join(await folderWith('below', ''), 'auth-secret', 'deep')],
  ])('%s is a mistake in the configuration', async (_, path) => {
    const dataDir = await path();
    await expect(load(dataDir)).rejects.toThrow(`DATA_DIR: the folder "${dataDir}"`);
    await expect(load(dataDir)).rejects.toBeInstanceOf(ConfigError);
  });

  it('because its disk is full, leaves a secret in memory and says so', async () => {
    const dataDir = join(folder, 'full');
    const onFullDisk = async (path: string) => {
      await writeFile(path, '');
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    const first = await load(dataDir, { writeFile: onFullDisk });
    expect(first.length).toBeGreaterThanOrEqual(32);
    expect(problems.list()).toMatchObject([{ code: 'secret_not_kept' }]);
    expect(await readdir(dataDir)).toEqual([]);
    // Nothing of it is left that the next start could take for a secret.
    expect(await load(dataDir)).not.toBe(first);
  });
});
