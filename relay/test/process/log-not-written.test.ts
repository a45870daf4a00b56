import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RelayProcess } from '../support/relay-process.ts';

/** Longest a relay without a running reply may take to end, ms. */
const END_MS = 4_000;

async function expectCallsToGoOn(relay: RelayProcess): Promise<void> {
  await using call = await relay.call();
  call.type('What is two plus two?');
  expect(await call.inbound.next('response.done')).toMatchObject({ status: 'completed' });
}

const isLogProblem = ({ problems }: { problems: readonly { code: string }[] }) =>
  problems.some(({ code }) => code === 'log_not_written');

/** Calls go on, health says what is wrong, and a signal ends it. @returns its exit status and time */
async function serveAndEnd(relay: RelayProcess) {
  await expectCallsToGoOn(relay);
  await relay.untilHealth(isLogProblem);
  await expectCallsToGoOn(relay);
  const { code, tookMs } = await relay.end();
  return { code, isInTime: tookMs < END_MS };
}

const IN_ORDER = { code: 0, isInTime: true };

/** A pipe that is full from the beginning; `drain` reads what is in it. */
async function fullPipe() {
  const dir = await mkdtemp(join(tmpdir(), 'parley-pipe-'));
  const path = join(dir, 'log');
  spawnSync('mkfifo', [path]);
  // Reading and writing, so that it has a reader and does not wait for one.
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const lines = Buffer.alloc(4_096, 'full\n');
  const untilRefused = (action: () => number) => {
    try {
      while (action() > 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  };
  untilRefused(() => writeSync(descriptor, lines));
  untilRefused(() => writeSync(descriptor, 'x'));
  return {
    /** To be inherited: blocking, as a shell would give it. */
    forChild: openSync(path, constants.O_WRONLY),
    drain(): string {
      let text = '';
      const piece = Buffer.alloc(65_536);
      untilRefused(() => {
        const count = readSync(descriptor, piece);
        text += piece.toString('utf8', 0, count);
        return count;
      });
      return text;
    },
    async [Symbol.asyncDispose]() {
      closeSync(this.forChild);
      closeSync(descriptor);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

describe.skipIf(process.platform !== 'linux').concurrent('a log that cannot be written', () => {
  it('stops neither calls nor the end, if its disk is full', async () => {
    const full = openSync('/dev/full', 'w');
    await using relay = await RelayProcess.start({ stderr: full });
    closeSync(full);
    expect(await serveAndEnd(relay)).toEqual(IN_ORDER);
  });

  it('stops neither calls nor the end, if its reader is gone', async () => {
    await using relay = await RelayProcess.start();
    relay.child.stderr!.destroy();
    relay.child.stdout!.destroy();
    expect(await serveAndEnd(relay)).toEqual(IN_ORDER);
  });

  it('stops neither calls nor the end, if its reader does not read', async () => {
    await using pipe = await fullPipe();
    await using relay = await RelayProcess.start({ stderr: pipe.forChild });
    expect(await serveAndEnd(relay)).toEqual(IN_ORDER);
  });

  it('is written from the first waiting line on, once its reader reads again', async () => {
    await using pipe = await fullPipe();
    await using relay = await RelayProcess.start({ stderr: pipe.forChild });
    await relay.untilHealth(isLogProblem);
    await expectCallsToGoOn(relay);
    const before = pipe.drain();
    await relay.untilHealth((health) => !isLogProblem(health));
    const lines = before + pipe.drain();
    for (const message of ['[START] listening', 'session started', 'turn ended']) {
      expect(lines).toContain(`"msg":"${message}`);
    }
    expect((await relay.end()).code).toBe(0);
    expect(pipe.drain()).toContain('"msg":"stopping"');
  });
});
