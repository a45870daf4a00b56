import { join } from 'node:path';
import { takesNoArguments } from './command-line.ts';
import { buildPage } from './page-build.ts';
import { ROOT, run, runTool, say } from './project.ts';

const ABOUT = `Makes the package @parley/client, for pages of others, and packs it: dist/parley-client-VERSION.tgz.

  npm run package
`;
const FOLDER = join(ROOT, 'dist', 'client');

/** @returns the exit status */
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

process.exitCode = takesNoArguments('package', ABOUT) ?? (await packClient());
