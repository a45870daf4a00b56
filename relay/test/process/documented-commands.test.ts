import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/base/lib/clock.ts';
import { withDeadline } from '../../src/base/lib/deadline.ts';
import { ROOT } from '../../tools/project.ts';

/** With the build of the page, the first time. */
const START_MS = 120_000;
const STOP_MS = 15_000;
/** The port of the page under `npm run dev`, which cannot be chosen. */
const PAGE_PORT = 5173;
/** What goes on until it is stopped; everything else in the documents ends by itself. */
const GOES_ON = /^(npm start|npm run dev|\S*\bnode .*relay\/(src|simulators)\/main\.ts)$/;

/** The commands in the documents that start something, as they are written there. */
function documentedCommands(): readonly string[] {
  const folder = join(ROOT, 'docs');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const documents = [
    join(ROOT, 'README.md'),
    ...files.filter((file) => /\.(md|service)$/.test(file)).map((file) => join(folder, file)),
  ].map((file) => readFileSync(file, 'utf8'));
  const lines = documents.flatMap((document) => [
    ...[...document.matchAll(/^ *```sh\n([^]*?)```/gm)].flatMap(([, block]) =>
      block!.replaceAll(/\\\n\s*/g, '').split('\n'),
    ),
    ...[...document.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!),
    ...[...document.matchAll(/^ExecStart=(.*)$/gm)].map(([, command]) => command!),
  ]);
  const commands = lines.map((line) =>
    line
      .replace(/^\s*([A-Z_]+=\S* )*/, '')
      .replace(/ (#|-- |--help).*$/, '')
      .replaceAll('/opt/parley/', '')
      .trim(),
  );
  return [...new Set(commands.filter((command) => GOES_ON.test(command)))];
}

/** The processes that were given this mark, with all that they started, whoever their parent is. */
function processesWith(mark: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(mark))
    .map(Number);
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

function isTaken(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(true));
    probe.listen(port, 'localhost', () => probe.close(() => resolve(false)));
  });
}

/** Runs a command as a supervisor does, without a shell between them, until it has an address. */
async function startCommand(command: string) {
  const mark = `PARLEY_TEST_RUN=${randomUUID()}`;
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-documented-'));
  const child = spawn('/bin/sh', ['-c', `exec env ${mark} ${command}`], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: '0',
      DATA_DIR: dataDir,
      TRANSCRIBERS: 'browser',
      GENERATORS: 'embedded',
      SYNTHESIZERS: 'browser',
      STORAGE: 'off',
    },
  });
  const output: string[] = [];
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line);
      if (stream === child.stdout && line.includes('http://')) ready.resolve();
    });
  }
  const ended = once(child, 'exit');
  void ended.then(() => ready.reject(new Error(`It ended: ${output.join('\n')}`)));
  ready.promise.catch(() => {});
  return {
    mark,
    ready: withDeadline(ready.promise, START_MS, systemClock, () => new Error(output.join('\n'))),
    /** By SIGTERM to the process, as a supervisor does, or by SIGINT to its group, as Ctrl-C. */
    async stop(signal: 'SIGTERM' | 'SIGINT') {
      process.kill(signal === 'SIGTERM' ? child.pid! : -child.pid!, signal);
      await withDeadline(ended, STOP_MS, systemClock, () => new Error(`It ignored ${signal}`));
    },
    async [Symbol.asyncDispose]() {
      for (const pid of processesWith(mark)) process.kill(pid, 'SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

describe.skipIf(process.platform !== 'linux')('a command that the documents give', () => {
  it('is found in each of them', () => {
    const commands = documentedCommands().join('\n');
    for (const part of [
      'npm start',
      'npm run dev',
      'relay/packages/node/node_modules/node/bin/node --external',
      // The machine's own Node may be too old for TypeScript.
      'relay/packages/node/node_modules/node/bin/node relay/simulators/main.ts',
    ]) {
      expect(commands).toContain(part);
    }
  });

  it.for(
    documentedCommands().flatMap((command) => [
      { command, signal: 'SIGTERM' as const },
      { command, signal: 'SIGINT' as const },
    ]),
  )(
    'leaves no process behind: $command, ended by $signal',
    { timeout: START_MS + 2 * STOP_MS },
    async ({ command, signal }, { skip }) => {
      // The command then ends with a sentence.
      skip(command.includes('dev') && (await isTaken(PAGE_PORT)), 'the port is taken');
      await using started = await startCommand(command);
      await started.ready;
      await started.stop(signal);
      await vi.waitFor(() => expect(processesWith(started.mark)).toEqual([]), { timeout: STOP_MS });
    },
  );
});
