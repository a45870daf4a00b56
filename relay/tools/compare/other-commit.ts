import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { nodeOf } from '../node-of.mjs';
import { ROOT } from '../project.ts';
import { runProgram, type ProgramResult } from './program.ts';

/** Why nothing can be compared, in a sentence for people. */
export class NotComparable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotComparable';
  }
}

/** Both sides of a comparison. */
export interface Sides {
  /** The other commit, in full. */
  readonly commit: string;
  /** Its short name and subject. */
  readonly base: string;
  readonly head: string;
  /** Files of the working tree that differ from its commit. */
  readonly changed: number;
}

/** Worktrees that are kept, the one in use included: each has its packages installed. */
const KEPT = 3;
const MAIN = ['main', 'origin/main'] as const;

/** Reads and lays out commits; nothing of the working tree is touched. */
export class OtherCommit {
  readonly #root: string;
  readonly #signal: AbortSignal;
  readonly #tell: (line: string) => void;

  constructor({
    root = ROOT,
    signal,
    tell,
  }: {
    readonly root?: string;
    readonly signal: AbortSignal;
    readonly tell: (line: string) => void;
  }) {
    this.#root = root;
    this.#signal = signal;
    this.#tell = tell;
  }

  /**
   * @param base - as the person named it; by default where the branch left main, on main the commit before
   * @throws NotComparable
   */
  async choose(base: string | undefined): Promise<Sides> {
    const { status, output } = await this.#git('rev-parse', '--show-prefix');
    if (status !== 0 || output.trim() !== '') {
      throw new NotComparable(
        'This folder is not a clone of a repository, so there is no other commit to compare with.',
      );
    }
    const changed = (await this.#line('status', '--porcelain')).split('\n').filter(Boolean).length;
    const commit = base === undefined ? await this.#default(changed > 0) : await this.#find(base);
    const name = (of: string) => this.#line('log', '-1', '--format=%h %s', of);
    return { commit, base: await name(commit), head: await name('HEAD'), changed };
  }

  /** Whether the commit has a file or folder. */
  async has(commit: string, path: string): Promise<boolean> {
    return (await this.#git('cat-file', '-e', `${commit}:${path}`)).status === 0;
  }

  /**
   * Puts the commit into a worktree of its own, with its packages.
   *
   * @returns the folder
   * @throws NotComparable if it cannot be installed
   */
  async install(commit: string): Promise<string> {
    const parent = cacheFolder();
    const prefix = `${createHash('sha256').update(this.#root).digest('hex').slice(0, 8)}-`;
    const folder = join(parent, `${prefix}${commit.slice(0, 12)}`);
    if (!(await this.#isWhole(folder, commit))) {
      await this.#remove(folder);
      // `--force`: one that was deleted by hand, or by the system, is still registered.
      const added = await this.#git('worktree', 'add', '--detach', '--force', folder, commit);
      if (added.status !== 0) {
        throw new NotComparable(`git could not lay out the other commit: ${added.errors.trim()}`);
      }
    }
    const now = new Date();
    utimesSync(folder, now, now);
    await this.#removeOld(parent, prefix);
    await this.#installPackages(folder);
    return folder;
  }

  async #default(isChanged: boolean): Promise<string> {
    const branch = (await this.#git('symbolic-ref', '--quiet', '--short', 'HEAD')).output.trim();
    if (branch !== 'main') {
      const head = await this.#line('rev-parse', 'HEAD');
      for (const main of MAIN) {
        const { status, output } = await this.#git('merge-base', 'HEAD', main);
        // A branch without a commit of its own differs from main by what is not committed.
        if (status === 0 && (output.trim() !== head || isChanged)) return output.trim();
      }
    }
    const before = await this.#commitOf('HEAD~1');
    if (before !== undefined) return before;
    throw new NotComparable(
      `There is no commit before this one${await this.#shallowness()}. Name another: --base COMMIT`,
    );
  }

  async #find(base: string): Promise<string> {
    const commit = await this.#commitOf(base);
    if (commit !== undefined) return commit;
    throw new NotComparable(
      `There is no commit ${JSON.stringify(base)} in this clone${await this.#shallowness()}.`,
    );
  }

  async #commitOf(name: string): Promise<string | undefined> {
    const verify = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
    const { status, output } = await this.#git(...verify);
    return status === 0 ? output.trim() : undefined;
  }

  async #shallowness(): Promise<string> {
    const { output } = await this.#git('rev-parse', '--is-shallow-repository');
    return output.trim() === 'true'
      ? ', which has only the latest commits (git fetch --unshallow brings the others)'
      : '';
  }

  async #isWhole(folder: string, commit: string): Promise<boolean> {
    if (!existsSync(join(folder, '.git'))) return false;
    const at = await this.#git('-C', folder, 'rev-parse', 'HEAD');
    const changes = await this.#git('-C', folder, 'status', '--porcelain');
    return at.output.trim() === commit && changes.status === 0 && changes.output === '';
  }

  async #remove(folder: string): Promise<void> {
    await this.#git('worktree', 'remove', '--force', folder);
    await rm(folder, { recursive: true, force: true });
  }

  async #removeOld(parent: string, prefix: string): Promise<void> {
    const folders = readdirSync(parent)
      .filter((name) => name.startsWith(prefix))
      .map((name) => join(parent, name))
      .toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    for (const folder of folders.slice(KEPT)) await this.#remove(folder);
  }

  /** By the commit's own launcher, which installs what its lock file says before it does anything. */
  async #installPackages(folder: string): Promise<void> {
    const stamp = join(folder, 'node_modules', '.parley-installed');
    if (!existsSync(stamp)) this.#tell(`Installing the other commit in ${folder} …`);
    const launcher = [join(folder, 'relay/tools/launch.mjs'), 'bench', '--help'];
    await runProgram(process.execPath, launcher, {
      cwd: folder,
      environment: { ...withoutGit(), npm_config_prefer_offline: 'true' },
      signal: this.#signal,
      isShown: true,
    });
    if (existsSync(stamp) && existsSync(nodeOf(folder))) return;
    throw new NotComparable('Not judged: the other commit could not be installed.');
  }

  async #line(...gitArguments: readonly string[]): Promise<string> {
    const { status, output, errors } = await this.#git(...gitArguments);
    if (status !== 0) throw new NotComparable(`git ${gitArguments[0]} failed: ${errors.trim()}`);
    return output.trim();
  }

  async #git(...gitArguments: readonly string[]): Promise<ProgramResult> {
    // A hook of the repository may do anything, or fail.
    const quiet = ['-c', 'core.hooksPath=/dev/null'];
    try {
      return await runProgram('git', [...quiet, ...gitArguments], {
        cwd: this.#root,
        environment: withoutGit(),
        signal: this.#signal,
      });
    } catch (error) {
      this.#signal.throwIfAborted();
      throw new NotComparable(
        `Commits are read with git: ${(error as Error).message.replace(/^git /, 'it ')}`,
      );
    }
  }
}

/** In a hook of git's, its variables would name the wrong repository. */
function withoutGit(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')),
  );
}

/**
 * Not in `node_modules`: Node runs no TypeScript there.
 *
 * @throws NotComparable if it is another account's
 */
function cacheFolder(): string {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `parley-compare-${Math.max(0, uid)}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (uid >= 0 && statSync(folder).uid !== uid) {
    throw new NotComparable(`Not judged: the folder ${folder} belongs to another account.`);
  }
  return folder;
}
