import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig, type Plugin, type PluginOption } from 'vite';

const SCRIPT = fileURLToPath(new URL('../src/embed/embed.ts', import.meta.url));

/**
 * Builds what puts the call into other pages beside the finished page: `embed.html`, which they
 * frame, and the script that does so. In builds of their own, so that the page's first load, which is
 * one file, has nothing of them, nor they of it.
 */
export function embed({
  resolve,
  plugins,
}: {
  readonly resolve: NonNullable<InlineConfig['resolve']>;
  readonly plugins: () => PluginOption[];
}): Plugin {
  let root = '';
  let outDir = '';
  return {
    name: 'parley:embed',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      outDir = join(root, config.build.outDir);
    },
    closeBundle: {
      sequential: true,
      order: 'post',
      handler: async () => {
        const common: InlineConfig = {
          root,
          resolve,
          configFile: false,
          publicDir: false,
          logLevel: 'warn',
        };
        const target = 'baseline-widely-available';
        await build({
          ...common,
          plugins: plugins(),
          worker: { format: 'es' },
          build: {
            outDir,
            target,
            emptyOutDir: false,
            assetsInlineLimit: 0,
            rolldownOptions: {
              input: join(root, 'embed.html'),
              output: { codeSplitting: { groups: [{ name: 'embed', tags: ['$initial'] }] } },
            },
          },
        });
        await build({
          ...common,
          plugins: plugins(),
          build: {
            outDir,
            target,
            emptyOutDir: false,
            modulePreload: false,
            rolldownOptions: {
              input: SCRIPT,
              output: { entryFileNames: 'embed.js', format: 'iife' },
            },
          },
        });
      },
    },
  };
}
