import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../../base/config/read-settings.ts';
import { newId, newSecret } from '../../base/lib/ids.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { makeFolder } from '../../base/lib/make-folder.ts';
import type { Problems } from '../../base/lib/problems.ts';

/** As for `AUTH_SECRET`. */
const MIN_CHARACTERS = 32;
/** The disk is full or fails: not a mistake in the configuration, and it may pass. */
const DISK_FAULTS: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

export interface AuthSecretOptions {
  readonly configured: string | undefined;
  readonly dataDir: string;
  readonly logger: Logger;
  readonly problems: Problems;
  /** Makes a file that is on the disk when it resolves. */
  readonly writeFile?: (path: string, text: string) => Promise<void>;
}

/**
 * The key that signs guest tokens: the configured one, or one made at first start and kept in
 * the data folder, so that guests stay signed in over a restart. If the disk is full, it is kept in
 * memory only.
 *
 * @throws ConfigError if the data folder cannot be used, or holds a secret that is too short
 */
export async function loadAuthSecret(options: AuthSecretOptions): Promise<Uint8Array> {
  const { configured, dataDir, logger, problems } = options;
  if (configured !== undefined) return new TextEncoder().encode(configured);
  const path = join(dataDir, 'auth-secret');
  let secret: string;
  try {
    secret = await keptSecret(path, options);
  } catch (err) {
    const { code = '', message } = err as NodeJS.ErrnoException;
    if (err instanceof ConfigError) throw err;
    if (!DISK_FAULTS.has(code)) {
      throw new ConfigError([`DATA_DIR: the folder "${dataDir}" cannot be used (${message}).`]);
    }
    logger.error({ err }, 'the secret of guest tokens cannot be kept');
    problems.report('secret_not_kept');
    secret = newSecret();
  }
  return new TextEncoder().encode(secret);
}

async function keptSecret(
  path: string,
  { dataDir, writeFile = writeDurably }: AuthSecretOptions,
): Promise<string> {
  await makeFolder(dataDir);
  const found = await readSecret(path);
  if (found !== '') return found;
  // The file is whole before it has its name: a disk that is full leaves no empty secret.
  const unfinished = `${path}.${newId('new')}`;
  try {
    await writeFile(unfinished, newSecret());
    await giveName(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
  return readSecret(path);
}

/** Of several processes that start at once the first wins, and the others use its secret. */
async function giveName(unfinished: string, path: string): Promise<void> {
  try {
    await link(unfinished, path);
  } catch (error) {
    const isNamed = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (isNamed && (await readSecret(path)) !== '') return;
    // An empty one was left by a full disk; or this file system has no links.
    await rename(unfinished, path);
  }
}

/**
 * @returns '' if there is none, or an empty one
 * @throws ConfigError if it is too short to be one: its author should know
 */
async function readSecret(path: string): Promise<string> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
  if (text === '' || text.length >= MIN_CHARACTERS) return text;
  throw new ConfigError([
    `DATA_DIR: ${path} holds ${text.length} characters, but a secret needs ${MIN_CHARACTERS}. ` +
      'Delete it, and another is made: guests then sign in again. Or set AUTH_SECRET.',
  ]);
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(text);
  await file.sync();
}
