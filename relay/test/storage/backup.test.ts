import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/base/lib/clock.ts';
import { backUp, restore } from '../../src/keeping/storage/backup.ts';
import { lockDataFolder } from '../../src/keeping/storage/data-lock.ts';
import { ROOT } from '../../tools/project.ts';
import { callOf, ledgerRecord, sessionEnd, turnRecord } from '../support/records.ts';
import { TestDatabases, type TestDatabase } from '../support/test-databases.ts';

const CALLS = 120;

let databases: TestDatabases;
let folder: string;
let source: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-backup-'));
  databases = await TestDatabases.start();
  source = await databases.open('embedded');
  const records = Array.from({ length: CALLS }, (_, index) => {
    const call = callOf(`guest_${index % 3}`, `call_${index}`);
    return [turnRecord(call, 1), turnRecord(call, 2), ledgerRecord(call, 1), sessionEnd(call)];
  });
  await source.service.write(records.flat());
  await source.service.remove('guest_0', 'conv_call_0');
}, 60_000);
afterAll(async () => {
  await source.service.close();
  await databases[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function linesOf({ database }: TestDatabase): Promise<string[]> {
  const lines: string[] = [];
  await backUp(database, async (line) => void lines.push(line));
  return lines;
}

async function* stream(lines: readonly string[]) {
  yield* lines;
}

it('what is written down in one database is the same in another', async () => {
  const lines = await linesOf(source);
  const target = await databases.open('postgres');
  const rows = await restore(target.database, stream(lines), false);
  expect(rows).toBe(lines.length - 2);
  expect(await linesOf(target)).toEqual(lines);
  expect(await target.service.conversation('guest_1', 'conv_call_1')).toEqual(
    await source.service.conversation('guest_1', 'conv_call_1'),
  );
  await target.service.close();
});

it('a database that holds something is replaced only by force, and only as a whole', async () => {
  const target = await databases.open('postgres');
  const call = callOf('guest_here');
  await target.service.write([turnRecord(call, 1), ledgerRecord(call, 1)]);
  const before = await linesOf(target);
  const lines = await linesOf(source);
  const damages: [readonly string[], boolean, RegExp][] = [
    [lines, false, /not empty/],
    [lines.slice(0, -1), true, /damaged/],
    [lines.toSpliced(300, 1), true, /damaged/],
    [lines.toSpliced(300, 1, '{"table":"tur'), true, /damaged/],
    [['{"some":"file"}'], true, /not a backup/],
    [lines.with(0, '{"parley_backup":1,"migrations":["later"]}'), true, /newer/],
  ];
  for (const [damaged, isForced, sentence] of damages) {
    await expect(restore(target.database, stream(damaged), isForced)).rejects.toThrow(sentence);
    expect(await linesOf(target)).toEqual(before);
  }
  await restore(target.database, stream(lines), true);
  expect(await linesOf(target)).toEqual(lines);
  await target.service.close();
});

function run(command: 'backup' | 'restore', ...args: string[]) {
  const script = join(ROOT, 'relay/tools', `${command}.ts`);
  const env = { ...process.env, DATA_DIR: join(folder, 'data'), DATABASE_URL: '' };
  const options = { env, encoding: 'utf8', cwd: ROOT, timeout: 25_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], options);
  return { status, stdout, stderr };
}

it('the commands say what is wrong, and leave a running relay alone', async () => {
  const file = join(folder, 'kept.gz');
  expect(run('backup')).toMatchObject({ status: 2, stderr: expect.stringContaining('FILE') });
  expect(run('restore', '--help')).toMatchObject({ status: 0, stderr: '' });
  expect(run('restore', file)).toMatchObject({
    status: 1,
    stderr: `There is no file "${file}".\n`,
  });
  using lock = await lockDataFolder(join(folder, 'data'), systemClock);
  expect(run('backup', file)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('another Parley uses the folder'),
  });
  void lock;
});
