import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { childrenOf, isNode, parse, type SyntaxNode } from './mutations/syntax.ts';
import { ROOT } from './project.ts';

/** What the house weighs at most, so that a stranger can hold it in their head. */
const MOST = { files: 800, importedOnce: 330, lines: 99_000, chain: 24, functionLines: 90 };
const SPINE = { files: 30, lines: 6_300 };

const SOURCES = '{shared,web,relay,relay/packages/*}/src/**/*.{ts,tsx,css,sql}';
/** Tests, and what tests alone use. */
const BESIDE = /\.(test|fake|rig)\.tsx?$|\.d\.ts$/;
const PACKAGES = ['shared', 'relay/packages/recogniser', 'relay/packages/voice'].concat(
  'relay/packages/phrases',
  'relay/packages/turn-model',
  'relay/packages/opus',
  'relay/packages/speech-detector',
);

const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const linesOf = (path: string) => text(path).split('\n').length - 1;

const ALL = globSync(SOURCES, { cwd: ROOT }).filter((path) => !path.includes('node_modules'));
const PRODUCT = ALL.filter((path) => !BESIDE.test(path));
const MODULES = PRODUCT.filter((path) => /\.tsx?$/.test(path));
const KNOWN = new Set(ALL);

/** Where the packages' names lead: `@parley/voice` → its `exports`. */
const EXPORTS = PACKAGES.flatMap((folder) => {
  const manifest = JSON.parse(text(`${folder}/package.json`)) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string>>;
  };
  return Object.entries(manifest.exports).map(
    ([name, target]) => [posix.join(manifest.name, name), posix.join(folder, target)] as const,
  );
});

function resolved(from: string, specifier: string): string | undefined {
  const [path = ''] = specifier.split('?');
  if (path.startsWith('.')) {
    const file = posix.join(dirname(from), path);
    return KNOWN.has(file) ? file : undefined;
  }
  for (const [name, target] of EXPORTS) {
    const [head = '', tail] = name.split('*');
    if (tail === undefined ? path === head : path.startsWith(head)) {
      const file = target.replace('*', path.slice(head.length));
      if (KNOWN.has(file)) return file;
    }
  }
  return undefined;
}

const SYNTAX = new Map(MODULES.map((path) => [path, parse(text(path), path.endsWith('x'))]));

/** All that a file names: types, and what it loads later, too. Thread addresses are left out. */
const IMPORTS = new Map(
  MODULES.map((path) => {
    const { body } = SYNTAX.get(path)!;
    const now = (body as readonly SyntaxNode[]).flatMap(({ source }) =>
      isNode(source) ? [String(source['value'])] : [],
    );
    const later = [...text(path).matchAll(/\bimport\('([^']+)'\)/g)].map(([, name]) => name!);
    const targets = [...now, ...later]
      .filter((specifier) => !specifier.includes('?'))
      .flatMap((specifier) => resolved(path, specifier) ?? []);
    return [path, new Set(targets)] as const;
  }),
);

describe('the house', () => {
  it('has no import circle, types and later imports included', () => {
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (path: string, way: readonly string[]): void => {
      if (way.includes(path)) {
        circles.push([...way.slice(way.indexOf(path)), path].join(' → '));
        return;
      }
      if (done.has(path)) return;
      for (const next of IMPORTS.get(path) ?? []) visit(next, [...way, path]);
      done.add(path);
    };
    for (const path of MODULES) visit(path, []);
    expect(circles).toEqual([]);
  });

  it(`has no import chain of more than ${MOST.chain} files in the relay`, () => {
    const chains = new Map<string, readonly string[]>();
    const longest = (path: string): readonly string[] => {
      const known = chains.get(path);
      if (known !== undefined) return known;
      let best: readonly string[] = [];
      for (const next of IMPORTS.get(path) ?? []) {
        if (!next.startsWith('relay/')) continue;
        const chain = longest(next);
        if (chain.length > best.length) best = chain;
      }
      const chain = [path, ...best];
      chains.set(path, chain);
      return chain;
    };
    const all = MODULES.filter((path) => path.startsWith('relay/')).map(longest);
    const best = all.reduce((one, other) => (other.length > one.length ? other : one));
    expect(best.length, best.join('\n')).toBeLessThanOrEqual(MOST.chain);
  });

  it(`has at most ${MOST.files} files, ${MOST.importedOnce} of which one other imports`, () => {
    const importers = new Map<string, number>();
    for (const targets of IMPORTS.values()) {
      for (const target of targets) importers.set(target, (importers.get(target) ?? 0) + 1);
    }
    const once = MODULES.filter((path) => importers.get(path) === 1);
    expect(MODULES.length).toBeLessThanOrEqual(MOST.files);
    expect(once.length).toBeLessThanOrEqual(MOST.importedOnce);
  });

  it(`has at most ${MOST.lines} lines`, () => {
    expect(PRODUCT.reduce((sum, path) => sum + linesOf(path), 0)).toBeLessThanOrEqual(MOST.lines);
  });

  it(`has no function of more than ${MOST.functionLines} lines`, () => {
    const tooLong = MODULES.flatMap((path) => {
      const source = text(path);
      const found: string[] = [];
      const visit = (node: SyntaxNode): void => {
        if (/Function/.test(node.type) && isNode(node['body'])) {
          const length = source.slice(node.start, node.end).split('\n').length;
          if (length > MOST.functionLines) {
            const line = source.slice(0, node.start).split('\n').length;
            found.push(`${path}:${line}: ${length} lines`);
          }
        }
        for (const child of childrenOf(node)) visit(child);
      };
      visit(SYNTAX.get(path)!);
      return found;
    });
    expect(tooLong).toEqual([]);
  });

  it('exports no name twice: one word is one thing', () => {
    const owners = new Map<string, string[]>();
    const owned =
      /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type|enum) (\w+)/gm;
    for (const path of MODULES) {
      for (const [, name] of text(path).matchAll(owned)) {
        owners.set(name!, [...(owners.get(name!) ?? []), path]);
      }
    }
    const twice = [...owners].filter(([, paths]) => new Set(paths).size > 1);
    expect(twice).toEqual([]);
  });

  it('keeps test doubles out of the product', () => {
    const wrong = MODULES.flatMap((path) =>
      [...IMPORTS.get(path)!].filter((target) => BESIDE.test(target)).map(() => path),
    );
    expect(wrong).toEqual([]);
  });

  it(`has a spine of at most ${SPINE.files} files and ${SPINE.lines} lines`, () => {
    const [, rows = ''] = /## The spine\n([\s\S]*?)\n## /.exec(text('docs/architecture.md')) ?? [];
    const files = [...rows.matchAll(/^\| \d+ \| `([^`]+)` \|/gm)].map(([, path]) => path!);
    expect(files.length).toBeGreaterThan(20);
    expect(files.length).toBeLessThanOrEqual(SPINE.files);
    expect(files.filter((path) => !KNOWN.has(path))).toEqual([]);
    const lines = files.reduce((sum, path) => sum + linesOf(path), 0);
    expect(lines).toBeLessThanOrEqual(SPINE.lines);
  });
});
