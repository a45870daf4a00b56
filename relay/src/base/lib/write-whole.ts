import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';

/**
 * Writes a file for the relay's own eyes: a reader finds the old text or the new one, also
 * after a loss of power. The folder is made if need be.
 *
 * @throws the system's error, e.g. `ENOSPC`; the old file is then as it was
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.new`;
  await makeFolder(dirname(path));
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}
