import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';

/** What a process needs to run at all. */
const KEPT = ['PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot'] as const;

/**
 * The environment of a relay that is measured: without the settings of the person who measures,
 * neither those of the shell nor those of the `.env` in the relay's folder.
 */
export function cleanEnvironment(folder: string): Record<string, string> {
  const environment: Record<string, string> = {
    NODE_COMPILE_CACHE: join(folder, 'node_modules', '.cache', 'node'),
  };
  for (const name of KEPT) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  // A variable that is empty counts as one that is not set, and wins over `.env`.
  for (const name of Object.keys(settingsFileOf(folder))) environment[name] ??= '';
  return environment;
}

/** How Node is started for the relay of a folder, which is part of what is measured. */
export async function nodeStartOf(folder: string) {
  const path = join(folder, 'relay/tools/node-flags.mjs');
  const { RELAY_NODE_FLAGS: flags = [], RELAY_ENVIRONMENT: environment = {} } =
    // An old commit may have none.
    existsSync(path) ? ((await import(pathToFileURL(path).href)) as NodeStart) : {};
  return { flags, environment };
}

interface NodeStart {
  readonly RELAY_NODE_FLAGS?: readonly string[];
  readonly RELAY_ENVIRONMENT?: Readonly<Record<string, string>>;
}

function settingsFileOf(folder: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
  } catch {
    return {};
  }
}
