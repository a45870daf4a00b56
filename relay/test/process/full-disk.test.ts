import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelayProcess } from '../support/relay-process.ts';

let disk: string;
let isMounted = false;
beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), 'parley-disk-'));
  const options = ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk];
  isMounted = spawnSync('mount', options).status === 0;
});
afterAll(async () => {
  if (isMounted) spawnSync('umount', [disk]);
  await rm(disk, { recursive: true, force: true });
});

/** Takes all room that is left. @returns what gives it back */
async function fill(): Promise<() => Promise<void>> {
  const path = join(disk, 'filler');
  await writeFile(path, Buffer.alloc(1024 * 1024)).catch(() => {});
  return () => rm(path);
}

describe('a small disk', () => {
  // Mounting one is for the administrator; the parts are tested with a scripted disk as well.
  it('that is full of data and log at the first start stops neither calls nor the end', async (test) => {
    if (!isMounted) return test.skip();
    const log = openSync(join(disk, 'log'), 'a');
    const makeRoom = await fill();
    await using relay = await RelayProcess.start({
      stderr: log,
      env: { DATA_DIR: disk, FAILED_AUDIO: 'on', STORAGE: 'on' },
    });
    closeSync(log);
    const call = await relay.call();
    call.type('What is two plus two?');
    expect(await call.inbound.next('response.done')).toMatchObject({ status: 'completed' });
    const { problems } = await relay.untilHealth((health) => health.problems.length >= 3);
    expect(problems.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['log_not_written', 'secret_not_kept', 'data_not_written']),
    );
    expect(await readdir(disk)).not.toContain('auth-secret');
    await makeRoom();
    await relay.untilHealth(({ problems: left }) =>
      left.every(({ code }) => code !== 'log_not_written'),
    );
    await call.hangUp();
    expect(await relay.end()).toMatchObject({ code: 0 });

    await using next = await RelayProcess.start({ env: { DATA_DIR: disk } });
    expect((await next.health()).problems).not.toContainEqual(
      expect.objectContaining({ code: 'secret_not_kept' }),
    );
    expect(await readdir(disk)).toContain('auth-secret');
  });
});

it('a data folder that cannot be made is one sentence, and exit status 2', async () => {
  const started = RelayProcess.start({ env: { DATA_DIR: '/proc/nope' } });
  await expect(started).rejects.toThrow(
    /It ended with 2:[^]*DATA_DIR: the folder "\/proc\/nope" cannot be used/,
  );
});
