import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { cleanEnvironment } from '../../bench/process/relay-folder.ts';
import { nodeOf } from '../node-of.mjs';
import { round } from '../../bench/statistics.ts';
import { systemClock } from '../../src/base/lib/clock.ts';
import { optionsOrStatus, UNUSABLE, type CommandIo } from '../command-line.ts';
import { ROOT } from '../project.ts';
import { FIGURES } from './figures.ts';
import { COMPARE_USAGE, parseCompareOptions, type CompareOptions } from './options.ts';
import { NotComparable, OtherCommit, type Sides } from './other-commit.ts';
import { MAX_OTHER_SHARE, OthersLoad } from '../others-load.ts';
import { BusyMachine, measurePairs, type PairSource } from './pairs.ts';
import { runProgram } from './program.ts';
import { jsonOf, judgementsOf, linesOf, progressOf } from './report.ts';
import { RelaySource, StartSource, WholeRuns } from './sources.ts';
import { CONFIDENCE } from './verdict.ts';

/** Benches that start the relay of a folder, and need nothing else of its commit. */
const OF_ANY_RELAY: readonly CompareOptions['bench'][] = ['relay', 'start'];

/**
 * The whole command.
 *
 * @returns its exit status
 */
export async function runCompare(commandLine: readonly string[], io: CommandIo): Promise<number> {
  const options = optionsOrStatus(() => parseCompareOptions(commandLine), COMPARE_USAGE, io);
  if (typeof options === 'number') return options;
  try {
    return await compare(options, io);
  } catch (error) {
    io.signal.throwIfAborted();
    const isExpected = error instanceof NotComparable || error instanceof BusyMachine;
    const { message } = error as Error;
    io.errors.write(`${isExpected ? message : `Not judged: ${message}`}\n`);
    if (options.isJson) {
      io.output.write(`${JSON.stringify({ compare: options.bench, judged: false, message })}\n`);
    }
    return UNUSABLE;
  }
}

async function compare(options: CompareOptions, { output, errors, signal }: CommandIo) {
  const { bench, isJson } = options;
  const tell = (line: string) => {
    (isJson ? errors : output).write(`${line}\n`);
  };
  const commits = new OtherCommit({ signal, tell });
  const sides = await commits.choose(options.base);
  const { commit, base, head, changed } = sides;
  tell(`Base:  ${base}`);
  tell(`Now:   ${head}${changed > 0 ? `, with ${changed} files that are not committed` : ''}`);
  const needed = OF_ANY_RELAY.includes(bench) ? 'relay/src/main.ts' : 'relay/bench/main.ts';
  if (!(await commits.has(commit, needed))) {
    throw new NotComparable(`Not judged: the commit ${base} has no ${needed}.`);
  }
  const folder = await commits.install(commit);
  const { figures, rounds: usualRounds } = FIGURES[bench];
  const rounds = options.rounds ?? usualRounds;
  const startedMs = performance.now();
  await using source = await sourceOf(options, folder, signal);
  using load = new OthersLoad();
  tell(`${rounds} pairs of measurements …`);
  const measured = await measurePairs({
    source,
    rounds,
    readWork: () => load.read(),
    clock: systemClock,
    signal,
    onPair: (pair, number) => tell(`${String(number).padStart(4)}  ${progressOf(pair, figures)}`),
    tell,
  });
  const judgements = judgementsOf(measured.pairs, figures);
  const worse = Object.keys(judgements).filter((path) => judgements[path]!.verdict === 'worse');
  for (const line of linesOf(judgements, figures)) tell(line);
  tell(loadSentence(measured));
  tell(`It took ${Math.round((performance.now() - startedMs) / 1_000)} s.`);
  if (isJson) {
    output.write(`${JSON.stringify(reportOf(options, sides, measured, judgements, worse))}\n`);
  }
  return worse.length > 0 ? 1 : 0;
}

function reportOf(
  { bench, benchArguments }: CompareOptions,
  { commit, changed }: Sides,
  { pairs, voided, otherShare }: Awaited<ReturnType<typeof measurePairs>>,
  judgements: ReturnType<typeof judgementsOf>,
  worse: readonly string[],
) {
  return {
    compare: bench,
    arguments: benchArguments,
    judged: true,
    base: commit,
    uncommitted_files: changed,
    pairs: pairs.length,
    void: voided,
    other_work_percent: otherShare === undefined ? null : round(otherShare * 100, 1),
    other_work_limit_percent: MAX_OTHER_SHARE * 100,
    confidence: CONFIDENCE,
    figures: jsonOf(judgements, FIGURES[bench].figures),
    worse,
  };
}

function loadSentence({
  voided,
  otherShare,
}: {
  readonly voided: number;
  readonly otherShare: number | undefined;
}): string {
  if (otherShare === undefined) {
    return 'What other programs did meanwhile cannot be measured on this system.';
  }
  const again = voided === 0 ? '' : `; ${voided} pairs were void and measured again`;
  return `Other programs used ${round(otherShare * 100, 1)} % of this machine meanwhile${again}.`;
}

async function sourceOf(
  { bench, benchArguments, sessions }: CompareOptions,
  folder: string,
  signal: AbortSignal,
): Promise<PairSource> {
  if (!OF_ANY_RELAY.includes(bench)) return new WholeRuns({ folder, benchArguments, signal });
  for (const each of [folder, ROOT]) await prepare(each, signal);
  return bench === 'relay'
    ? new RelaySource({ folder, sessions, signal })
    : new StartSource({ folder, signal });
}

/** What `npm start` does before the relay: the page, and the template of the database. */
async function prepare(folder: string, signal: AbortSignal): Promise<void> {
  const script = join(folder, 'relay/tools/prepare-start.ts');
  // An old commit may have none; its relay then makes the database in its first seconds.
  if (!existsSync(script)) return;
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-compare-data-'));
  try {
    const { status } = await runProgram(nodeOf(folder), [script], {
      cwd: folder,
      environment: { ...cleanEnvironment(folder), DATA_DIR: dataDir },
      signal,
      isShown: true,
    });
    if (status !== 0) throw new NotComparable(`Not judged: ${folder} could not be built.`);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
