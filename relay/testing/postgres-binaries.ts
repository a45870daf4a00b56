import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const DEBIAN = '/usr/lib/postgresql';

/** The folder of Postgres's programs: the latest of Debian's, else the one on the PATH. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  const latest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  const found = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim();
  const folders = [...(latest === undefined ? [] : [join(DEBIAN, latest, 'bin')]), found ?? ''];
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
}
