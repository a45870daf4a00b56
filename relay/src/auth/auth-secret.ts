import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newSecret } from '../lib/ids.ts';

/**
 * The key that signs guest tokens: the configured one, or one made at first start and kept in
 * the data folder, so that guests stay signed in over a restart.
 */
export async function loadAuthSecret(
  configured: string | undefined,
  dataDir: string,
): Promise<Uint8Array> {
  return new TextEncoder().encode(configured ?? (await keptSecret(dataDir)));
}

async function keptSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'auth-secret');
  await mkdir(dataDir, { recursive: true });
  try {
    // 'wx' lets one of two starting processes win; the other then reads what the first wrote.
    await writeFile(path, newSecret(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}
