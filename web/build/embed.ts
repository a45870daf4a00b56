import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type InlineConfig, type Plugin, type PluginOption } from 'vite';

const SCRIPT = fileURLToPath(new URL('../src/embed/embed.ts', import.meta.url));

interface EmbedOptions {
  readonly resolve: NonNullable<InlineConfig['resolve']>;
  readonly worker: NonNullable<InlineConfig['worker']>;
  readonly checks: { readonly bundlerTimings: boolean };
  readonly plugins: () => PluginOption[];
}

/**
 * Builds what puts the call into other pages beside the finished page: `embed.html`, which they
 * frame, and the script that does so. In builds of their own, so that the page's first load, which is
 * one file, has nothing of them, nor they of it.
 */
export function embed({ resolve, worker, checks, plugins }: EmbedOptions): Plugin {
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
        const buildFrom = (input: string, rest: BuildOptions, output: object) =>
          build({
            ...{ root, resolve, worker, plugins: plugins() },
            ...{ configFile: false, publicDir: false, logLevel: 'warn' },
            build: {
              ...rest,
              outDir,
              emptyOutDir: false,
              target: 'baseline-widely-available',
              assetsInlineLimit: 0,
              rolldownOptions: { input, checks, output },
            },
          });
        const groups = [{ name: 'embed', tags: ['$initial'] }];
        await buildFrom(join(root, 'embed.html'), {}, { codeSplitting: { groups } });
        const output = { entryFileNames: 'embed.js', format: 'iife' };
        await buildFrom(SCRIPT, { modulePreload: false }, output);
      },
    },
  };
}
