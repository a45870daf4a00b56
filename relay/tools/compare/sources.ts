import { measureStarts } from '../../bench/start/bench-start.ts';
import { ROUND_TIMES } from '../../bench/relay/bench-relay.ts';
import { openRounds, type RoundFigures, type Rounds } from '../../bench/relay/rounds.ts';
import { nodeOf } from '../node-of.mjs';
import { join } from 'node:path';
import { ROOT } from '../project.ts';
import { NotComparable } from './other-commit.ts';
import type { PairSource, ReportPair } from './pairs.ts';
import { runProgram } from './program.ts';

/** Fewer than the bench's own thousand: more of the time goes into measuring. */
const SESSIONS = 400;
/** Processes of one commit differ by how their memory settles, so they are started anew. */
const ROUNDS_A_START = 2;
/** So long that the collector of the whole heap comes round. */
const TIMES = { ...ROUND_TIMES, windowMs: 30_000 };
const SETTLED_MS = 20_000;

interface SourceOptions {
  /** Of the other commit. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Both commits' relays, alive and under the same load at the same time. */
export class RelaySource implements PairSource {
  readonly #options: SourceOptions & { readonly sessions: number };
  #rounds: Rounds | undefined;
  #measured = 0;
  /** Of the round before in the same start: counts are since its beginning. */
  #wrong = { relay: 0, baseline: 0 };

  constructor({
    sessions = SESSIONS,
    ...options
  }: SourceOptions & { readonly sessions: number | undefined }) {
    this.#options = { ...options, sessions };
  }

  async measure(): Promise<ReportPair> {
    if (this.#measured++ % ROUNDS_A_START === 0) await this.#start();
    const { relay, baseline } = await this.#rounds!.measureTogether();
    const report = (side: 'relay' | 'baseline', figures: RoundFigures) => {
      const wrong = wrongIn(figures) - this.#wrong[side];
      this.#wrong[side] += wrong;
      return {
        cpu_us_per_chunk: figures.cpuUsPerChunk,
        latency_ms: figures.latencyMs,
        rss_mb: figures.rssBytes / 1e6,
        full_collections: figures.pauses.fullCollections,
        longest_collection_ms: figures.pauses.longestCollectionMs,
        longest_delay_ms: figures.pauses.longestDelayMs,
        wrong_chunks: wrong,
      };
    };
    return { head: report('relay', relay), base: report('baseline', baseline) };
  }

  async #start(): Promise<void> {
    await this[Symbol.asyncDispose]();
    const { folder, sessions, signal } = this.#options;
    const baseline = { folder, settings: {} };
    this.#rounds = await openRounds({ sessions, baseline, times: TIMES, signal });
    this.#wrong = { relay: 0, baseline: 0 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rounds?.[Symbol.asyncDispose]();
    this.#rounds = undefined;
  }
}

/** Lost, doubled and out of order, and the callers' notices. */
function wrongIn({ delivery }: RoundFigures): number {
  const { sent, delivered, reordered, repeated, problemCount } = delivery;
  return sent - delivered + reordered + repeated + problemCount;
}

/** Both commits by their own `npm start`, without and with keys. */
export class StartSource implements PairSource {
  readonly #options: SourceOptions;
  #isWarm = false;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  async measure(headFirst: boolean): Promise<ReportPair> {
    const { folder, signal } = this.#options;
    if (!this.#isWarm) {
      await measureStarts([ROOT, folder], { settledMs: 0, atOnce: true, signal });
    }
    this.#isWarm = true;
    const folders = headFirst ? [ROOT, folder] : [folder, ROOT];
    const reports = await measureStarts(folders, { settledMs: SETTLED_MS, atOnce: true, signal });
    const [head, base] = headFirst ? reports : reports.toReversed();
    return { head, base };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** The whole bench of each commit, in its own folder. */
export class WholeRuns implements PairSource {
  readonly #options: SourceOptions & { readonly benchArguments: readonly string[] };

  constructor(options: SourceOptions & { readonly benchArguments: readonly string[] }) {
    this.#options = options;
  }

  async measure(headFirst: boolean): Promise<ReportPair> {
    const { folder } = this.#options;
    const first = await this.#run(headFirst ? ROOT : folder);
    const second = await this.#run(headFirst ? folder : ROOT);
    return headFirst ? { head: first, base: second } : { head: second, base: first };
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #run(folder: string): Promise<unknown> {
    const { benchArguments, signal } = this.#options;
    const script = join(folder, 'relay/bench/main.ts');
    const { status, output, errors } = await runProgram(
      nodeOf(folder),
      [script, ...benchArguments, '--json'],
      {
        cwd: folder,
        environment: {
          ...process.env,
          NODE_COMPILE_CACHE: join(folder, 'node_modules', '.cache', 'node'),
        },
        signal,
      },
    );
    // A bench whose figures are not as they must be ends with 1, too.
    const line = output.trim().split('\n').at(-1) ?? '';
    if (line.startsWith('{')) return JSON.parse(line);
    const whose = folder === ROOT ? 'the working tree' : 'the other commit';
    const [reason = ''] = errors.trim().split('\n\n', 1);
    throw new NotComparable(
      `Not judged: the bench of ${whose} ended with ${status} and no figures: ${reason}`,
    );
  }
}
