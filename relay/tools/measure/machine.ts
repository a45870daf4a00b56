import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { ROOT } from '../project.ts';

/** What `npm run measure` writes itself: it changes nothing that is measured. */
const WRITTEN = ['docs/measured.md', 'docs/measured.json', 'README.md'];

/** Processors, memory and Node, without a name of this machine. */
export function machineHere(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() || 'an unknown model';
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} cores (${model}), ${gigabytes} GB, Node ${process.versions.node}`;
}

/** The short hash, with `+ changes` if there are files that are not committed; without git `unknown`. */
export function commitHere(): string {
  const hash = git('rev-parse', '--short=7', 'HEAD');
  if (hash === undefined) return 'unknown';
  const changed = git('status', '--porcelain', '--', '.', ...WRITTEN.map((path) => `:!${path}`));
  return changed === '' ? hash : `${hash} + changes`;
}

function git(...words: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', words, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
