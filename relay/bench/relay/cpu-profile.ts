import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';

const session = new Session();

/** Samples this process's own work from now on. */
export async function startProfile(): Promise<void> {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
}

/** @param path - the `.cpuprofile` file to write; browsers' developer tools show it */
export async function stopProfile(path: string): Promise<void> {
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  await writeFile(path, JSON.stringify(profile));
}
