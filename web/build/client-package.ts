import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { messagesDigest, type ClientFiles } from './client-files.ts';

const WEB = fileURLToPath(new URL('..', import.meta.url));
const ROOT = join(WEB, '..');
const ENTRIES = { index: 'src/client/index.ts', react: 'src/client/react/index.ts' };
const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
}

/**
 * Makes the package `@parley/client` out of the page's district `client` and the built page.
 *
 * @param page - folder of the built page
 * @param outDir - folder for the package, for `npm pack`
 */
export async function buildClientPackage(page: string, outDir: string): Promise<void> {
  await build({
    configFile: false,
    root: WEB,
    publicDir: false,
    logLevel: 'warn',
    plugins: [filesElsewhere()],
    define: { MEDIA_MESSAGES: JSON.stringify(messagesDigest()) },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'baseline-widely-available',
      lib: { entry: ENTRIES, formats: ['es'] },
      rolldownOptions: {
        external: /^react($|\/)/,
        output: { entryFileNames: '[name].js', chunkFileNames: 'parts/[name]-[hash].js' },
      },
    },
  });
  copyAssets(page, join(outDir, 'assets'));
  writeTypes(join(outDir, 'types'));
  for (const name of ['LICENSE', 'THIRD-PARTY-NOTICES.md']) {
    cpSync(join(ROOT, name), join(outDir, name));
  }
  writeFileSync(join(outDir, 'README.md'), readme());
  writeFileSync(join(outDir, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
}

/** Pages of others do not know the files of this build. */
function filesElsewhere(): Plugin {
  const elsewhere = join(WEB, 'src/client/engine/package-media-files.ts');
  return {
    name: 'parley:files-elsewhere',
    enforce: 'pre',
    resolveId: (source) => (source.endsWith('/media-files.ts') ? elsewhere : undefined),
  };
}

function copyAssets(page: string, folder: string): void {
  const named = readJson(join(page, 'client.json')) as ClientFiles;
  mkdirSync(folder, { recursive: true });
  for (const name of named.files) cpSync(join(page, name), join(folder, posix.basename(name)));
  const beside = JSON.stringify(named).replaceAll('"assets/', '"');
  writeFileSync(join(folder, 'client.json'), beside);
}

/** The declarations that the entries lead to, each import by the place of its file. */
function writeTypes(folder: string): void {
  const emitted = mkdtempSync(join(tmpdir(), 'parley-types-'));
  try {
    // One by one: what a package imports from another's sources is not emitted with it.
    for (const project of ['web/tsconfig.package.json', 'shared']) {
      const output = ['--noEmit', 'false', '--outDir', emitted, '--rootDir', ROOT];
      const declarations = [
        '--declaration',
        '--emitDeclarationOnly',
        '--singleThreaded',
        ...output,
      ];
      execFileSync(process.execPath, [COMPILER, '-p', join(ROOT, project), ...declarations], {
        stdio: 'inherit',
      });
    }
    const shared = (readJson(join(ROOT, 'shared/package.json')) as Manifest).exports;
    const done = new Set<string>();
    const write = (source: string): void => {
      if (done.has(source)) return;
      done.add(source);
      const declarations = source.replace(/\.tsx?$/, '.d.ts');
      const target = placeOf(declarations);
      const text = readFileSync(join(emitted, declarations), 'utf8').replaceAll(
        /(?<=(?:from |import\()['"])(\.[^'"]+|@parley\/shared[^'"]*)(?=['"])/g,
        (specifier) => {
          const file = specifier.startsWith('.')
            ? posix.join(posix.dirname(source), specifier)
            : sharedFile(shared, specifier);
          write(file);
          const path = posix.relative(posix.dirname(target), placeOf(file));
          return (path.startsWith('.') ? path : `./${path}`).replace(/\.tsx?$/, '.js');
        },
      );
      mkdirSync(dirname(join(folder, target)), { recursive: true });
      writeFileSync(join(folder, target), text);
    };
    for (const entry of Object.values(ENTRIES)) write(`web/${entry}`);
  } finally {
    rmSync(emitted, { recursive: true });
  }
}

/** `web/src/client/index.ts` → `client/index.ts`, `shared/src/index.ts` → `shared/index.ts` */
function placeOf(file: string): string {
  return file.replace(/^web\/src\//, '').replace(/^shared\/src\//, 'shared/');
}

/** `@parley/shared/link/line-state` → `shared/src/link/line-state.ts` */
function sharedFile(exported: Manifest['exports'], specifier: string): string {
  const name = specifier.replace('@parley/shared', '.');
  const file = exported[name] ?? exported[`${posix.dirname(name)}/*`];
  if (file === undefined) throw new Error(`@parley/shared has no ${name}.`);
  return posix.join('shared', file.replace('*', posix.basename(name)));
}

/** The documentation's chapter; what it refers to beside itself is in the repository. */
function readme(): string {
  const document = readFileSync(join(ROOT, 'docs/embed.md'), 'utf8');
  const [, after = ''] = document.split('## The client package\n');
  const [chapter = ''] = after.split('\n## ');
  const standalone = chapter.replaceAll(/\[([^\]]+)\]\((?!https:)[^)]+\)/g, '$1');
  return `# @parley/client\n${standalone.replaceAll(/^###/gm, '##')}`;
}

function manifest(): object {
  const { version } = readJson(join(ROOT, 'package.json')) as Manifest;
  const { dependencies } = readJson(join(WEB, 'package.json')) as Manifest;
  const shared = readJson(join(ROOT, 'shared/package.json')) as Manifest;
  const entry = (name: string, types: string) => ({
    types: `./types/client/${types}.d.ts`,
    default: `./${name}.js`,
  });
  return {
    name: '@parley/client',
    version,
    description: 'A voice call with a Parley relay, in any page',
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    exports: {
      '.': entry('index', 'index'),
      './react': entry('react', 'react/index'),
      './assets/*': './assets/*',
      './package.json': './package.json',
    },
    files: ['index.js', 'react.js', 'parts', 'types', 'assets', 'THIRD-PARTY-NOTICES.md'],
    // What the code needs of them is in it: these are for the types.
    dependencies: {
      zod: shared.dependencies['zod'],
      zustand: dependencies['zustand'],
    },
    peerDependencies: { react: '>=18' },
    peerDependenciesMeta: { react: { optional: true } },
  };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

if (import.meta.main) {
  const [page = '', outDir = ''] = process.argv.slice(2);
  await buildClientPackage(page, outDir);
}
