import { mkdir, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readSileroWeights } from '@parley/shared/vad/silero-weights-file';

const FOLDER = fileURLToPath(new URL('../node_modules/.cache/parley/', import.meta.url));
const FILE = `${FOLDER}silero-weights.bin`;

/** Writes the speech detector's weights where the build finds them. @returns the file's path */
export async function writeSileroWeights(): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  // Builds that run at once find a whole file, whichever of them wrote it.
  const unfinished = `${FILE}.${process.pid}`;
  await writeFile(unfinished, await readSileroWeights());
  await rename(unfinished, FILE);
  return FILE;
}
