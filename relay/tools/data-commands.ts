import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { readConfig } from '../src/base/config/config.ts';
import { readEnvironment } from '../src/base/config/environment.ts';
import { ConfigError } from '../src/base/config/read-settings.ts';
import { systemClock } from '../src/base/lib/clock.ts';
import { backUp, BackupError, restore } from '../src/keeping/storage/backup.ts';
import { lockDataFolder } from '../src/keeping/storage/data-lock.ts';
import { withoutData, type Database } from '../src/keeping/storage/database.ts';
import { JournalFiles } from '../src/keeping/storage/journal-files.ts';
import { migrate } from '../src/keeping/storage/migrate.ts';
import { openPglite } from '../src/keeping/storage/pglite-database.ts';
import { openPostgres } from '../src/keeping/storage/postgres-database.ts';
import { writeRecords } from '../src/keeping/storage/record-writer.ts';
import type { JournalRecord } from '../src/keeping/storage/records.ts';
import { optionsOrStatus, parseCommandLine, UsageError, type CommandIo } from './command-line.ts';
import { ROOT } from './project.ts';

const BACKUP_USAGE = `Writes all conversations and what they cost into a file.

  npm run backup -- FILE

The embedded database must not be in use: stop the relay first. One on a server (DATABASE_URL) may
be. Recordings of calls are files in DATA_DIR/recordings, to be copied beside it.
`;
const RESTORE_USAGE = `Reads back what "npm run backup" wrote, into the embedded database or one on a server.

  npm run restore -- FILE [--force]

  --force   delete what the database holds; without it only an empty one is filled
`;

/** `npm run backup`. @returns the exit status */
export function runBackup(commandLine: readonly string[], io: CommandIo): Promise<number> {
  return withFile(commandLine, BACKUP_USAGE, io, async ({ file }) => {
    if (existsSync(file)) throw new BackupError(`There is a file "${file}" already.`);
    const unfinished = `${file}.part`;
    try {
      const rows = await withDatabase((database) => writeBackup(database, unfinished));
      await rename(unfinished, file);
      return `Wrote ${rows} rows to ${file}.`;
    } finally {
      await rm(unfinished, { force: true });
    }
  });
}

/** `npm run restore`. @returns the exit status */
export function runRestore(commandLine: readonly string[], io: CommandIo): Promise<number> {
  return withFile(commandLine, RESTORE_USAGE, io, async ({ file, isForced }) => {
    if (!existsSync(file)) throw new BackupError(`There is no file "${file}".`);
    const rows = await withDatabase((database) => {
      const input = createReadStream(file).pipe(createGunzip());
      return restore(database, createInterface({ input, crlfDelay: Infinity }), isForced);
    });
    return `Restored ${rows} rows from ${file}.`;
  });
}

async function withFile(
  args: readonly string[],
  usage: string,
  io: CommandIo,
  act: (options: { readonly file: string; readonly isForced: boolean }) => Promise<string>,
): Promise<number> {
  const options = optionsOrStatus(() => parse(args, usage === RESTORE_USAGE), usage, io);
  if (typeof options === 'number') return options;
  try {
    io.output.write(`${await act(options)}\n`);
    return 0;
  } catch (error) {
    const isOurs = error instanceof BackupError || error instanceof ConfigError;
    const reason = isOurs ? error.message : withoutData(error);
    io.errors.write(`${reason}\n`);
    return 1;
  }
}

function parse(args: readonly string[], takesForce: boolean) {
  const { values, positionals } = parseCommandLine({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h' },
      ...(takesForce && { force: { type: 'boolean' } as const }),
    },
    allowPositionals: true,
  });
  if (values.help === true) return 'help';
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) throw new UsageError('One FILE is needed.');
  return { file, isForced: values['force'] === true };
}

async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const { dataDir, storage } = readConfig(readEnvironment(ROOT, process.env));
  const { databaseUrl } = storage;
  // A server's database may be in use; what waits in the journal is then the running relay's.
  using lock = await lockDataFolder(dataDir, systemClock).catch((error: unknown) => {
    if (databaseUrl === undefined) throw error;
    return undefined;
  });
  const database =
    databaseUrl === undefined ? await openPglite(join(dataDir, 'db')) : openPostgres(databaseUrl);
  try {
    await migrate(database);
    if (lock !== undefined) await deliverJournal(database, dataDir);
    return await work(database);
  } finally {
    await database.close();
  }
}

/** What a relay had no time for before it ended. */
async function deliverJournal(database: Database, dataDir: string): Promise<void> {
  const files = new JournalFiles(join(dataDir, 'journal'), 0);
  for (;;) {
    const { lines, damaged, end } = await files.next();
    if (lines.length + damaged.length === 0) return;
    const records = lines.map((line) => JSON.parse(line) as JournalRecord);
    await writeRecords(database, 'backup', records);
    files.taken(end);
  }
}

async function writeBackup(database: Database, path: string): Promise<number> {
  const gzip = createGzip();
  const file = createWriteStream(path, { mode: 0o600, flags: 'w' });
  const written = finished(gzip.pipe(file));
  written.catch(() => {});
  file.once('error', (error) => gzip.destroy(error));
  const rows = await backUp(database, async (line) => {
    if (!gzip.write(`${line}\n`)) await Promise.race([once(gzip, 'drain'), written]);
  });
  gzip.end();
  await written;
  return rows;
}
