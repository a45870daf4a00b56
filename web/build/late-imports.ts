import { fileURLToPath } from 'node:url';
import type { Plugin, UserConfig } from 'vite';

const OURS = fileURLToPath(new URL('../src/lib/late-import.ts', import.meta.url));

const CONFIG: UserConfig = {
  // Scripts and styles find what they load beside themselves, so that the page may stand below a
  // path; links of documents begin at the root, because a document is served at several depths.
  experimental: {
    renderBuiltUrl: (_file, { hostType }) => (hostType === 'html' ? undefined : { relative: true }),
  },
  build: {
    modulePreload: {
      polyfill: false,
      // Vite leaves out a module that depends on no other.
      resolveDependencies: (file, dependencies) => [...new Set([file, ...dependencies])],
    },
  },
};

/**
 * Puts `importLate` in the place of what Vite calls for each `import()` of the page: Vite's own
 * leaves modules and styles that could not be fetched as failed for as long as the page lives.
 */
export function lateImports(): Plugin {
  return {
    name: 'parley:late-imports',
    apply: 'build',
    config: () => CONFIG,
    transform: {
      filter: { id: /vite\/preload-helper/ },
      handler: () => `export { importLate as __vitePreload } from ${JSON.stringify(OURS)};`,
    },
  };
}
