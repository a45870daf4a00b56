import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import {
  optionsOrStatus,
  parseCommandLine,
  runCommand,
  UsageError,
  type CommandIo,
} from './command-line.ts';
import { readImportGraph } from './mutations/import-graph.ts';
import { draw, mutated, type Mutation } from './mutations/mutation.ts';
import { isSound, mutationsIn } from './mutations/mutation-sites.ts';
import { NearTests } from './mutations/near-tests.ts';
import { TestHost } from './mutations/test-host.ts';
import { TreeCopy } from './mutations/tree-copy.ts';
import { tryMutation, type Outcome, type Verdicts } from './mutations/trial.ts';
import { ROOT } from './project.ts';

const USAGE = `Breaks the product in one place at a time, and counts how often a test finds out.

  npm run mutations -- [--count 200] [--seed 1] [--workers N] [--tree DIR]
                       [--list FILE] [--from FILE] [--json]

  --count N    mutations to draw
  --seed N     another number draws others
  --workers N  trees tested at once; default: one more than there are processors
  --tree DIR   another checkout, with its packages installed; default: this one
  --list FILE  write the mutations there, and what became of each
  --from FILE  take the mutations of such a list, and say which were found then and survive now
  --json       print the list instead of sentences

It mutates copies of the tree in the system's folder for temporary files. Each mutation is tried
against the unit tests that import the file, then against the tests with a whole relay that are
near it.
`;

/** Tests with a whole relay wait for a third of their time. */
const WORKERS = availableParallelism() + 1;
/** For one file of tests. The longest takes half of it beside another. */
const DEADLINE_MS = 40_000;

interface Options {
  readonly count: number;
  readonly seed: number;
  readonly workers: number;
  readonly tree: string;
  readonly list: string | undefined;
  /** The trials of another list. */
  readonly before: readonly Trial[] | undefined;
  readonly isJson: boolean;
}

interface Trial {
  readonly mutation: Mutation;
  readonly outcome?: Outcome;
  readonly seconds?: number;
}

/** `npm run mutations`. @returns the exit status */
async function mutations(commandLine: readonly string[], io: CommandIo): Promise<number> {
  const options = optionsOrStatus(() => parse(commandLine), USAGE, io);
  if (typeof options === 'number') return options;
  const { tree, list, before, isJson } = options;
  const near = new NearTests(readImportGraph(tree));
  const drawn = before?.map(({ mutation }) => mutation) ?? drawFrom(near, options, io);

  const verdicts: Verdicts = { sound: new Set(), broken: new Map() };
  const startedAtMs = performance.now();
  const trials: Trial[] = drawn.map((mutation) => ({ mutation }));
  const asJson = () => `${JSON.stringify(trials, null, 2)}\n`;
  try {
    await tryAll(trials, near, verdicts, options, io);
  } finally {
    if (list !== undefined) writeFileSync(list, asJson());
  }
  const minutes = ((performance.now() - startedAtMs) / 60_000).toFixed(1);
  if (isJson) io.output.write(asJson());
  else io.output.write(`${report(trials, before ?? [], verdicts).join('\n')}\n`);
  io.errors.write(`It took ${minutes} min.\n`);
  return 0;
}

function drawFrom(near: NearTests, { tree, count, seed }: Options, io: CommandIo): Mutation[] {
  const pool = near.pool();
  const sources = new Map(pool.map((file) => [file, readFileSync(join(tree, file), 'utf8')]));
  const possible = [...sources].flatMap(([file, source]) => mutationsIn(file, source));
  const drawn = draw(possible, count, seed, (mutation) =>
    isSound(sources.get(mutation.file) ?? '', mutation),
  );
  io.errors.write(
    `Drew ${drawn.length} of ${possible.length} possible mutations of ${pool.length} files with a test near them.\n`,
  );
  return drawn;
}

/** Gives each trial its outcome. */
async function tryAll(
  trials: Trial[],
  near: NearTests,
  verdicts: Verdicts,
  { tree, workers }: Options,
  io: CommandIo,
): Promise<void> {
  const waiting = trials.entries();
  const failed = new AbortController();
  const signal = AbortSignal.any([io.signal, failed.signal]);
  let done = 0;

  async function work(): Promise<void> {
    await using copy = await TreeCopy.of(tree);
    await using host = new TestHost(copy, DEADLINE_MS, signal);
    for (const [index, { mutation }] of waiting) {
      signal.throwIfAborted();
      const startedAtMs = performance.now();
      const outcome = await tryIn(copy, host, mutation);
      const seconds = Math.round((performance.now() - startedAtMs) / 100) / 10;
      trials[index] = { mutation, outcome, seconds };
      const words = `${outcome.result}, ${seconds} s: ${nameOf(mutation)}`;
      io.errors.write(`${++done}/${trials.length}  ${words}\n`);
    }
  }

  async function tryIn(copy: TreeCopy, host: TestHost, mutation: Mutation): Promise<Outcome> {
    const { file } = mutation;
    const original = await copy.read(file);
    const source = original === undefined ? undefined : mutated(original, mutation);
    if (source === undefined) return { result: 'not applicable' };
    const tested = {
      run: (files: readonly string[]) => host.run(files, file),
      runMutated: (files: readonly string[]) =>
        copy.with(file, source, () => host.run(files, file)),
    };
    return tryMutation([near.unitTests(file), near.relayTests(file)], tested, verdicts);
  }

  // Each takes its copy away before the command ends.
  const works = Array.from({ length: workers }, async () => {
    try {
      await work();
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(works);
  signal.throwIfAborted();
}

function report(
  trials: readonly Trial[],
  before: readonly Trial[],
  { broken }: Verdicts,
): readonly string[] {
  const having = (result: Outcome['result']) =>
    trials.filter(({ outcome }) => outcome?.result === result);
  const survivors = having('survived');
  const tried = trials.length - having('not applicable').length;
  const lines = [`Found ${having('found').length} of ${tried} mutations.`];
  if (tried < trials.length) {
    lines.push('', 'Not in this tree:', ...having('not applicable').map(inFull));
  }
  if (survivors.length > 0) lines.push('', 'Survived:', ...survivors.map(inFull));
  if (broken.size > 0) {
    lines.push('', 'Left out, because they fail without a mutation:');
    for (const [file, { test }] of broken) lines.push(`  ${file}: ${test}`);
  }
  const foundBefore = before.filter(({ outcome }) => outcome?.result === 'found');
  if (foundBefore.length > 0) {
    const lost = foundBefore.filter((one) => survivors.some((other) => isSame(one, other)));
    lines.push('', `Found before and not now: ${lost.length}.`);
    for (const { mutation, outcome } of lost) {
      if (outcome?.result !== 'found') continue;
      lines.push(`  ${nameOf(mutation)}`, `    found by ${outcome.by.file}: ${outcome.by.test}`);
    }
  }
  return [...lines, ''];
}

function isSame(one: Trial, other: Trial): boolean {
  return JSON.stringify(one.mutation) === JSON.stringify(other.mutation);
}

function nameOf({ file, line, kind }: Mutation): string {
  return `${file}:${line} ${kind}`;
}

function inFull({ mutation, outcome }: Trial): string {
  const { original, replacement } = mutation;
  const tests = outcome?.result === 'survived' ? `, ${outcome.tests} files of tests` : '';
  return `  ${nameOf(mutation)}${tests}\n    ${inOneLine(original)} → ${inOneLine(replacement)}`;
}

function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 100);
}

function readList(file: string): readonly Trial[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as readonly Trial[];
  } catch (error) {
    throw new UsageError(`${file} is not a list of mutations: ${(error as Error).message}.`);
  }
}

function parse(commandLine: readonly string[]): Options | 'help' {
  const { values } = parseCommandLine({
    args: [...commandLine],
    options: {
      help: { type: 'boolean', short: 'h' },
      count: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: `${WORKERS}` },
      tree: { type: 'string', default: ROOT },
      list: { type: 'string' },
      from: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.help === true) return 'help';
  return {
    count: wholeNumber('count', values.count),
    seed: wholeNumber('seed', values.seed),
    workers: wholeNumber('workers', values.workers),
    tree: resolve(values.tree),
    list: values.list,
    before: values.from === undefined ? undefined : readList(values.from),
    isJson: values.json,
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`--${name} must be a whole number.`);
  return Number(text);
}

await runCommand(mutations);
