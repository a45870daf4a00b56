import { execFile } from 'node:child_process';
import {
  cp,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';

const INSTALLED = 'node_modules';
/** Below `node_modules`: what programs keep there from one run to the next. */
const CACHE = join(INSTALLED, '.cache');
/** Others than Postgres's user need not list a folder, but pass through it. */
const PASSABLE = 0o711;

/**
 * A copy of a checkout in a folder for temporary files, to be changed at will: its files as they
 * are, committed or not, and links to what is installed there.
 */
export class TreeCopy implements AsyncDisposable {
  readonly root: string;
  /** For the temporary files of what runs in it. */
  readonly temporary: string;
  readonly #folder: string;
  readonly #atExit = () => rmSync(this.#folder, { recursive: true, force: true });

  private constructor(folder: string) {
    this.#folder = folder;
    this.root = join(folder, 'tree');
    this.temporary = join(folder, 'tmp');
    process.on('exit', this.#atExit);
  }

  /** @throws Error if `tree` is not a checkout with its packages installed */
  static async of(tree: string): Promise<TreeCopy> {
    const copy = new TreeCopy(await mkdtemp(join(tmpdir(), 'mutations-')));
    try {
      await chmod(copy.#folder, PASSABLE);
      await mkdir(copy.temporary);
      await chmod(copy.temporary, PASSABLE);
      await copyFiles(tree, copy.root);
      for (const folder of ['', 'relay', 'web', 'shared']) {
        await linkInstalled(tree, copy.root, join(folder, INSTALLED));
      }
      return copy;
    } catch (error) {
      await copy[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** @returns undefined if the file does not exist */
  async read(file: string): Promise<string | undefined> {
    return readFile(join(this.root, file), 'utf8').catch(unlessMissing);
  }

  /** Runs `during` while a file says something else; what is cached meanwhile is thrown away. */
  async with<T>(file: string, source: string, during: () => Promise<T>): Promise<T> {
    const original = await readFile(join(this.root, file));
    const kept = new Set(await this.#cached());
    await writeFile(join(this.root, file), source);
    try {
      return await during();
    } finally {
      await writeFile(join(this.root, file), original);
      for (const name of await this.#cached()) {
        if (!kept.has(name))
          await rm(join(this.root, CACHE, name), { recursive: true, force: true });
      }
    }
  }

  async #cached(): Promise<string[]> {
    return (await readdir(join(this.root, CACHE)).catch(unlessMissing)) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#atExit);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function copyFiles(tree: string, to: string): Promise<void> {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await promisify(execFile)('git', list, { cwd: tree, maxBuffer: Infinity });
  const files = stdout.split('\0').filter((file) => file !== '');
  for (const folder of new Set(files.map((file) => dirname(file)))) {
    await mkdir(join(to, folder), { recursive: true });
  }
  for (const file of files) {
    // A file that was deleted, and not yet from the index, is not there.
    await cp(join(tree, file), join(to, file)).catch(unlessMissing);
  }
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/**
 * Links each package of a folder, one by one: those of the workspace must lead to the copy, and
 * caches must not be shared.
 */
async function linkInstalled(tree: string, to: string, folder: string): Promise<void> {
  await mkdir(join(to, folder), { recursive: true });
  for (const entry of await readdir(join(tree, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('@')) await linkInstalled(tree, to, path);
    else if (entry.isSymbolicLink()) {
      const target = await realpath(join(tree, path));
      const inTree = relative(await realpath(tree), target);
      const isOfWorkspace = !inTree.split(sep).includes(INSTALLED);
      await symlink(isOfWorkspace ? join(to, inTree) : target, join(to, path));
    } else if (entry.name === '.bin' || entry.isFile()) {
      await symlink(join(tree, path), join(to, path));
    }
  }
}
