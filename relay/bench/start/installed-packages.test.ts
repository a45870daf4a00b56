import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installedPackages } from './installed-packages.ts';

test('packages count that what runs needs, each once, without tools and what was left behind', async () => {
  const root = await mkdtemp(join(tmpdir(), 'parley-packages-'));
  await using _ = {
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
  const install = async (id: string, name: string, bytes: number) => {
    const folder = join(root, 'node_modules/.pnpm', id, 'node_modules', name);
    await mkdir(join(folder, 'lib'), { recursive: true });
    await writeFile(join(folder, 'lib/index.js'), 'x'.repeat(bytes));
    return folder;
  };
  const a = await install('a@1', 'a', 100);
  const b = await install('@s+b@2', '@s/b', 20);
  const c = await install('c@1', 'c', 700);
  await install('a@0', 'a', 5_000);
  await mkdir(join(root, 'relay/node_modules/@s'), { recursive: true });
  // `relay` needs b, which needs a, and c for development; `@own/shared` is the workspace's.
  const dependencies = { '@s/b': '1', '@own/shared': '1', 'not-on-this-system': '1' };
  await writeFile(join(root, 'relay/package.json'), JSON.stringify({ dependencies }));
  await symlink(c, join(root, 'relay/node_modules/c'));
  await symlink(b, join(root, 'relay/node_modules/@s/b'));
  await symlink(a, join(root, 'node_modules/.pnpm/@s+b@2/node_modules/a'));
  await mkdir(join(root, 'relay/node_modules/@own'));
  await symlink(join(root, 'relay'), join(root, 'relay/node_modules/@own/shared'));
  expect(await installedPackages(root)).toEqual({ count: 2, bytes: 120 });
});
