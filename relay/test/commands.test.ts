import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../tools/project.ts';

/** A relay that is there quickly: it loads no speech and opens no database. */
const QUICK = {
  TRANSCRIBERS: 'browser',
  GENERATORS: 'embedded',
  SYNTHESIZERS: 'browser',
  STORAGE: 'off',
};

interface Ended {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs one of the project's scripts to its end, for half a minute at most. */
function runScript(
  script: string,
  scriptArguments: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const options = { cwd: ROOT, timeout: 30_000, env: { ...process.env, ...environment } };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(ROOT, script), ...scriptArguments],
      options,
      (_error, output, errors) => resolve({ status: child.exitCode ?? -1, output, errors }),
    );
  });
}

async function takenPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port: String(port), [Symbol.dispose]: () => void server.close() };
}

describe('a command line', () => {
  it.each(
    ['check', 'test', 'coverage', 'dev', 'compare', 'measure', 'audit', 'client-package'].map(
      (name) => `relay/tools/${name}.ts`,
    ),
  )('of %s gives help, and refuses what it does not know', async (script) => {
    const help = await runScript(script, ['--help']);
    expect(help).toMatchObject({ status: 0, errors: '' });
    expect(help.output).toContain('npm run');
    const wrong = await runScript(script, ['--grep', 'x']);
    expect(wrong).toMatchObject({ status: 2, output: '' });
    expect(wrong.errors).toContain('--grep');
  });

  it('of npm start is checked before the page is built', async () => {
    const wrong = await runScript('relay/tools/prepare-start.ts', ['--prot', '9000']);
    expect(wrong).toMatchObject({ status: 2, output: '' });
    expect(wrong.errors).toContain('--prot');
    const help = await runScript('relay/src/main.ts', ['--help']);
    expect(help).toMatchObject({ status: 0, errors: '' });
    expect(help.output).toContain('--port N');
  });

  it('of npm start goes before the environment', async () => {
    const wrong = await runScript('relay/src/main.ts', ['--port', 'x'], { PORT: '0' });
    expect(wrong).toMatchObject({ status: 2, output: '' });
    expect(wrong.errors).toContain('PORT: found "x"');
  });

  it('of npm start is refused if the turn model is missing', async () => {
    const environment = { TURN_MODEL: 'missing.onnx' };
    const wrong = await runScript('relay/src/main.ts', ['--port', '0'], environment);
    expect(wrong).toMatchObject({ status: 2, output: '' });
    expect(wrong.errors).toContain(
      'TURN_MODEL: found "missing.onnx", which cannot be used. There is no such file.',
    );
  });
});

it.each([
  // An address for documentation alone (RFC 5737), which no machine has.
  ['203.0.113.77', 'HOST is not an address of this machine.'],
  ['nowhere.invalid', 'HOST is a name that this machine cannot look up.'],
])('npm start cannot listen at %s, and says so in a sentence', async (host, sentence) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-commands-'));
  const ended = await runScript('relay/src/main.ts', ['--port', '0', '--host', host], {
    ...QUICK,
    DATA_DIR: dataDir,
  });
  await rm(dataDir, { recursive: true });
  expect(ended).toMatchObject({ status: 1, output: '' });
  expect(ended.errors.startsWith(sentence)).toBe(true);
  expect(ended.errors.trimEnd()).not.toContain('\n');
});

describe('a port in use', () => {
  it('ends npm start with a sentence', async () => {
    using taken = await takenPort();
    const dataDir = await mkdtemp(join(tmpdir(), 'parley-commands-'));
    const ended = await runScript('relay/src/main.ts', ['--port', taken.port], {
      ...QUICK,
      DATA_DIR: dataDir,
    });
    await rm(dataDir, { recursive: true });
    expect(ended).toMatchObject({ status: 1, output: '' });
    // Alone: no log line with the same text precedes it.
    expect(ended.errors).toMatch(/^The port is in use by another program\. .*\n$/);
  });

  it('ends npm run dev before half of it runs', async () => {
    using taken = await takenPort();
    const ended = await runScript('relay/tools/dev.ts', [], { PORT: taken.port });
    expect(ended).toMatchObject({ status: 1, output: '' });
    expect(ended.errors).toContain(`Port ${taken.port} is in use`);
  });
});
