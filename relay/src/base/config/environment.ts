import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from './read-settings.ts';

/**
 * The environment, and beneath it what `.env` in the project's folder says: a variable that is
 * really set wins.
 *
 * @throws Error if there is such a file but it cannot be read
 */
export function readEnvironment(folder: string, environment: Environment): Environment {
  try {
    return { ...parseEnv(readFileSync(join(folder, '.env'), 'utf8')), ...environment };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return environment;
    throw error;
  }
}
