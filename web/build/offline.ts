import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

const SOURCE = fileURLToPath(new URL('service-worker.ts', import.meta.url));
const FILES = ['index.html', 'favicon.svg', 'theme.js', 'manifest.webmanifest'];

/**
 * Builds the service worker, by which the page opens without a network, beside the finished page.
 * What is fetched later, if at all, is kept when it is fetched.
 */
export function offline(plugins: readonly Plugin[]): Plugin {
  let folder = '';
  return {
    name: 'parley:offline',
    apply: 'build',
    configResolved({ root, build: { outDir } }) {
      folder = join(root, outDir);
    },
    closeBundle: {
      sequential: true,
      order: 'post',
      handler: async () => {
        const firstScreen = JSON.stringify(await firstScreenOf(folder));
        await build({
          configFile: false,
          publicDir: false,
          logLevel: 'warn',
          plugins: [...plugins],
          define: { FIRST_SCREEN: firstScreen },
          build: {
            outDir: folder,
            emptyOutDir: false,
            modulePreload: false,
            rolldownOptions: {
              input: SOURCE,
              output: { entryFileNames: 'sw.js', format: 'iife' },
            },
          },
        });
      },
    },
  };
}

/** @returns each file with a digest, unless its name holds one */
async function firstScreenOf(folder: string) {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const assets = (await readdir(join(folder, 'assets')))
    .map((name) => `assets/${name}`)
    .filter((url) => /\.(js|css)$/.test(url) && html.includes(url));
  const files = FILES.map(async (url) => {
    const content = await readFile(join(folder, url));
    return { url, revision: createHash('sha256').update(content).digest('hex').slice(0, 32) };
  });
  return [...(await Promise.all(files)), ...assets.map((url) => ({ url, revision: null }))];
}
