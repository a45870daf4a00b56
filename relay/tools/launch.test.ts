import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './project.ts';

const LAUNCHER = ['launch.mjs', 'node-flags.mjs', 'node-of.mjs'].map(
  (name) => `relay/tools/${name}`,
);
const INSTALL = 'pnpm install --frozen-lockfile --loglevel=info';
const THIS_NODE = `^${process.versions.node}`;

/** A Parley of which only the launcher is real, and a pnpm that writes down what it is to do. */
async function someParley() {
  const folder = await mkdtemp(join(tmpdir(), 'parley-launch-'));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  for (const path of LAUNCHER) await cp(join(ROOT, path), join(folder, path));
  const lock = (text: string) => write('pnpm-lock.yaml', text);
  const node = (range: string) =>
    write('relay/packages/node/package.json', JSON.stringify({ dependencies: { node: range } }));
  await lock('first');
  await node(THIS_NODE);
  await write('pnpm-workspace.yaml', '');
  for (const name of ['prepare-start', 'test']) await write(`relay/tools/${name}.ts`, '');
  await write('relay/src/main.ts', '');
  await write('node_modules/.modules.yaml', '');
  await write('calls', '');
  const pnpm = `#!/bin/sh
    [ "$2" = --version ] && exit 0
    echo "$@" >> '${folder}/calls'
    [ ! -e '${folder}/full' ]\n`;
  await write('bin/corepack', pnpm);
  await chmod(join(folder, 'bin/corepack'), 0o755);
  return {
    lock,
    node,
    write,
    remove: (path: string) => rm(join(folder, path)),
    /** @returns what pnpm was asked, and the command's status */
    async run(command: string) {
      await write('calls', '');
      const { PATH = '', TURN_MODEL: _, ...environment } = process.env;
      const status = await new Promise<number>((resolve) => {
        const env = { ...environment, PATH: join(folder, 'bin') + delimiter + PATH };
        const launcher = [join(folder, 'relay/tools/launch.mjs'), command];
        execFile(process.execPath, launcher, { env }, (error) => resolve(Number(error?.code ?? 0)));
      });
      const calls = await readFile(join(folder, 'calls'), 'utf8');
      return { status, calls: calls.split('\n').filter((call) => call !== '') };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

describe.skipIf(process.platform === 'win32')('the launcher', () => {
  it('installs what runs for npm start, once, and adds the rest for npm test', async () => {
    await using parley = await someParley();
    const lean = `${INSTALL} --filter !@parley/node --filter !@parley/turn-model --prod`;
    expect(await parley.run('start')).toEqual({ status: 0, calls: [lean] });
    expect((await parley.run('start')).calls).toEqual([]);
    expect((await parley.run('test')).calls).toEqual([INSTALL]);
    expect((await parley.run('start')).calls).toEqual([]);
    await parley.lock('second');
    expect((await parley.run('start')).calls, 'removes nothing').toEqual([INSTALL]);
  });

  it('brings Node to a machine that has another, and the turn model if one is set', async () => {
    await using parley = await someParley();
    await parley.node('^99.0.0');
    await parley.write('.env', 'TURN_MODEL=model.onnx\n');
    expect((await parley.run('start')).calls).toEqual([`${INSTALL} --prod`]);
  });

  it('keeps tools that were installed by hand', async () => {
    await using parley = await someParley();
    await parley.write('node_modules/typescript/package.json', '{}');
    const others = '--filter !@parley/node --filter !@parley/turn-model';
    expect((await parley.run('start')).calls).toEqual([`${INSTALL} ${others}`]);
  });

  it('installs as much again after an install that failed', async () => {
    await using parley = await someParley();
    await parley.run('test');
    await parley.lock('second');
    await parley.write('full', '');
    expect((await parley.run('start')).status).toBe(2);
    await parley.remove('full');
    await parley.lock('first');
    expect((await parley.run('start')).calls).toEqual([INSTALL]);
  });
});
