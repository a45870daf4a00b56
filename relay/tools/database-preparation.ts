import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../src/base/config/config.ts';
import { readEnvironment } from '../src/base/config/environment.ts';
import { ROOT } from './project.ts';

/**
 * Before the first start with the embedded database, the template that its files are copied from:
 * made then, it would take a processor from the first call. Never rejects, because the database can
 * be made without it, and what is wrong with the configuration is the relay's to say.
 */
export async function prepareDatabase(): Promise<void> {
  try {
    const { dataDir, storage } = readConfig(readEnvironment(ROOT, process.env));
    if (!storage.isOn || storage.databaseUrl !== undefined) return;
    if (existsSync(join(dataDir, 'db'))) return;
    const { makeDatabaseTemplate } = await import('../src/keeping/storage/database-template.ts');
    await makeDatabaseTemplate();
  } catch {
    // The folder is read-only, or the disk full.
  }
}
