import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, ROOT, runTool, say } from './project.ts';

const DIST = join(ROOT, 'web', 'dist');
const STAMP = join(DIST, '.built-from');

/** Everything that the built page is made of. */
const SOURCES = [
  'web/build',
  'web/src',
  'web/public',
  'web/index.html',
  'web/404.html',
  'web/embed.html',
  'web/vite.config.ts',
  'web/package.json',
  'shared/src',
  'pnpm-lock.yaml',
];

/**
 * Builds the page, unless the present build was made from the same files.
 *
 * @returns the exit status of the build
 */
export async function buildPage(): Promise<number> {
  const digest = digestOf(SOURCES);
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return 0;
  say('Building the page …');
  const startedAtMs = performance.now();
  const status = await runTool(
    'web/node_modules/vite/bin/vite.js',
    ['build', join(ROOT, 'web'), '--logLevel', 'warn'],
    // In a shell or a test that says otherwise, the page would be half as large again.
    { environment: { NODE_ENV: 'production' } },
  );
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
  if (status === 0) {
    writeFileSync(STAMP, digest);
    say(`The page is built: ${seconds} s.`);
  } else {
    say(`The page could not be built, for the reason above.`);
  }
  return status;
}
