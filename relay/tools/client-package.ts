import { join } from 'node:path';
import { buildPage } from './page-build.ts';
import { ROOT, run, runTool, say } from './project.ts';

const FOLDER = join(ROOT, 'dist', 'client');

/**
 * Makes `@parley/client` and packs it.
 *
 * @returns the exit status
 */
async function packClient(): Promise<number> {
  const environment = { NODE_ENV: 'production' };
  const page = join(ROOT, 'web', 'dist');
  const status =
    (await buildPage()) ||
    (await runTool('web/build/client-package.ts', [page, FOLDER], { environment })) ||
    (await run('npm', ['pack', FOLDER, '--pack-destination', join(FOLDER, '..')]));
  if (status === 0) say('The package is in dist/.');
  return status;
}

process.exitCode = await packClient();
