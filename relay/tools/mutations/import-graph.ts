import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isNode, parse, type SyntaxNode } from './syntax.ts';

/** What a module takes from another: the names of its exports, or all of them. */
interface Taken {
  readonly specifier: string;
  readonly names: readonly string[] | 'all';
}

interface Module {
  readonly imports: readonly Taken[];
  /** Names that it declares itself. */
  readonly declared: ReadonlySet<string>;
  /** What it passes on: the name outside, and the name that the other module has for it. */
  readonly passedOn: readonly (Taken & { readonly as: readonly string[] | 'all' })[];
}

/** The folders with code that is under test, or tests. */
const SOURCES =
  '{shared/src,relay/packages/*/src,{relay,web}/{src,test,testing,simulators,talk,doctor,tools,bench,build}}';
const PACKAGES: Readonly<Record<string, string>> = {
  '@parley/shared': 'shared',
  '@parley/relay': 'relay',
  '@parley/recogniser': 'relay/packages/recogniser',
  '@parley/voice': 'relay/packages/voice',
  '@parley/phrases': 'relay/packages/phrases',
  '@parley/turn-model': 'relay/packages/turn-model',
};

/**
 * The files that a tree's modules import as they run, `import type` left out, named from the root.
 *
 * An import through a module that only passes names on leads to the modules that declare them:
 * nearly all files import something of `shared`, and few all of it.
 */
export function readImportGraph(root: string): ImportGraph {
  const sources = new Map<string, string>();
  for (const path of globSync(`${SOURCES}/**/*.{ts,tsx}`, { cwd: root })) {
    if (!path.endsWith('.d.ts')) sources.set(asPosix(path), readFileSync(join(root, path), 'utf8'));
  }
  const exported = Object.fromEntries(
    Object.values(PACKAGES).map((folder) => {
      const manifest: unknown = JSON.parse(
        readFileSync(join(root, folder, 'package.json'), 'utf8'),
      );
      return [folder, (manifest as { exports?: Record<string, string> }).exports ?? {}];
    }),
  );
  return new ImportGraph(sources, exported);
}

export class ImportGraph {
  readonly files: readonly string[];
  readonly #exported: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly #modules: ReadonlyMap<string, Module>;
  readonly #imports: ReadonlyMap<string, ReadonlySet<string>>;

  /**
   * @param sources - by path from the root
   * @param exported - the `exports` of each package, by its folder
   */
  constructor(
    sources: ReadonlyMap<string, string>,
    exported: Readonly<Record<string, Readonly<Record<string, string>>>>,
  ) {
    this.files = [...sources.keys()].toSorted();
    this.#exported = exported;
    this.#modules = new Map(this.files.map((file) => [file, read(file, sources.get(file) ?? '')]));
    this.#imports = new Map(this.files.map((file) => [file, new Set(this.#importedBy(file))]));
  }

  /**
   * How many imports lead from each file that can be reached to the nearest of `ends`.
   *
   * @param from - `importers`: files that import an end; `imports`: files that an end imports
   */
  distances(
    ends: readonly string[],
    from: 'importers' | 'imports',
    within = Infinity,
  ): ReadonlyMap<string, number> {
    const next = from === 'imports' ? this.#imports : this.#importers();
    const distances = new Map(ends.map((end) => [end, 0]));
    // Reading a map continues with entries that are added meanwhile.
    for (const [file, distance] of distances) {
      if (distance === within) break;
      for (const other of next.get(file) ?? []) {
        if (!distances.has(other)) distances.set(other, distance + 1);
      }
    }
    return distances;
  }

  #importers(): ReadonlyMap<string, ReadonlySet<string>> {
    const importers = new Map<string, Set<string>>();
    for (const [file, imported] of this.#imports) {
      for (const other of imported) {
        importers.set(other, (importers.get(other) ?? new Set()).add(file));
      }
    }
    return importers;
  }

  #importedBy(file: string): readonly string[] {
    const { imports = [], passedOn = [] } = this.#modules.get(file) ?? {};
    return [...imports, ...passedOn].flatMap(({ specifier, names }) => {
      const target = this.#resolve(file, specifier);
      if (target === undefined) return [];
      if (names === 'all') return [target];
      return names.map((name) => this.#declaring(target, name) ?? target);
    });
  }

  /** The module that declares what another exports under a name. */
  #declaring(file: string, name: string): string | undefined {
    const module = this.#modules.get(file);
    if (module === undefined || module.declared.has(name)) return module && file;
    for (const { specifier, names, as } of module.passedOn) {
      const target = this.#resolve(file, specifier);
      if (target === undefined) continue;
      const inside = as === 'all' ? name : names[as.indexOf(name)];
      const found = inside === undefined ? undefined : this.#declaring(target, inside);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #resolve(file: string, specifier: string): string | undefined {
    const [path = ''] = specifier.split('?');
    if (path.startsWith('.')) return this.#known(posix.join(posix.dirname(file), path));
    for (const [name, folder] of Object.entries(PACKAGES)) {
      if (path !== name && !path.startsWith(`${name}/`)) continue;
      const wanted = `.${path.slice(name.length)}`;
      for (const [pattern, target] of Object.entries(this.#exported[folder] ?? {})) {
        const [head = '', tail] = pattern.split('*');
        const isMatch = tail === undefined ? wanted === head : wanted.startsWith(head);
        if (!isMatch) continue;
        return this.#known(posix.join(folder, target.replace('*', wanted.slice(head.length))));
      }
    }
    return undefined;
  }

  #known(path: string): string | undefined {
    return this.#modules.has(path) ? path : undefined;
  }
}

function read(file: string, source: string): Module {
  const imports: Taken[] = [];
  const declared = new Set<string>();
  const passedOn: Module['passedOn'][number][] = [];
  const { body } = parse(source, file.endsWith('x'));
  for (const node of body as readonly SyntaxNode[]) {
    const specifier = isNode(node['source']) ? String(node['source']['value']) : undefined;
    const isType = node['importKind'] === 'type' || node['exportKind'] === 'type';
    if (isType) continue;
    if (node.type === 'ImportDeclaration' && specifier !== undefined) {
      imports.push({ specifier, names: namesOf(node, 'imported') });
    } else if (node.type === 'ExportAllDeclaration' && specifier !== undefined) {
      passedOn.push({ specifier, names: 'all', as: 'all' });
    } else if (node.type === 'ExportNamedDeclaration' && specifier !== undefined) {
      passedOn.push({ specifier, names: namesOf(node, 'local'), as: namesOf(node, 'exported') });
    } else if (node.type === 'ExportNamedDeclaration') {
      for (const name of declaredBy(node)) declared.add(name);
    }
  }
  // Modules that are loaded later, or by another thread.
  for (const [, later, thread] of source.matchAll(
    /\bimport\('([^']+)'\)|new URL\(\s*'([^']+\.tsx?)',\s*import\.meta\.url/g,
  )) {
    imports.push({ specifier: later ?? thread ?? '', names: 'all' });
  }
  return { imports, declared, passedOn };
}

/** The names in the braces of an import or export; `all` without braces. */
function namesOf(node: SyntaxNode, side: 'imported' | 'local' | 'exported'): string[] | 'all' {
  const specifiers = node['specifiers'] as readonly SyntaxNode[];
  const values = specifiers.filter(({ importKind }) => importKind !== 'type');
  if (values.some(({ type }) => /Namespace|Default/.test(type))) return 'all';
  if (specifiers.length === 0) return 'all';
  return values.map((one) => nameOf(one[side]));
}

function declaredBy(node: SyntaxNode): readonly string[] {
  const { declaration } = node;
  if (!isNode(declaration)) {
    return (node['specifiers'] as readonly SyntaxNode[]).map(({ exported }) => nameOf(exported));
  }
  const declarations = declaration['declarations'];
  const declarators = Array.isArray(declarations) ? declarations.filter(isNode) : [declaration];
  return declarators.map(({ id }) => nameOf(id));
}

function nameOf(node: unknown): string {
  return isNode(node) ? String(node['name'] ?? node['value']) : '';
}

function asPosix(path: string): string {
  return path.replaceAll('\\', '/');
}
