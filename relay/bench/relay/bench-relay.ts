import { makeDatabaseTemplate } from '../../src/storage/database-template.ts';
import { reportOf } from './report.ts';
import type { Baseline, BenchProvider } from './subject.ts';
import { runRounds, type RelayBenchRun, type RoundFigures, type RoundTimes } from './rounds.ts';

const TIMES: RoundTimes = {
  // More than an utterance: from then on as much is released as is kept, and all code is compiled.
  steadyMs: 12_000,
  // Rounds are short and many: what disturbs one side of a pair should disturb the other too.
  warmUpMs: 400,
  windowMs: 2_000,
};
/** How a garbage collector settles differs from start to start, on either side. */
const STARTS = 3;

export interface BenchRelayOptions {
  readonly sessions: number;
  /** The vendor whose adapter forwards the audio; without it, the bench's own. */
  readonly provider?: BenchProvider | undefined;
  readonly baseline?: Baseline;
  readonly rounds: number;
  readonly profileDir: string | undefined;
  readonly signal: AbortSignal;
  /** Takes a line for people: round by round, and the sums. */
  readonly tell: (line: string) => void;
  readonly times?: RoundTimes;
  /** The rounds are spread over so many runs, each with processes of its own. */
  readonly starts?: number;
}

/**
 * Forwarding audio: the relay against a bare pipe, or against itself without accounts, metering and
 * storage, or without telemetry.
 */
export async function benchRelay(options: BenchRelayOptions): Promise<ReturnType<typeof reportOf>> {
  const { sessions, provider, baseline = 'pipe', signal, tell, times = TIMES } = options;
  tell(`${sessions} sessions, 10 chunks of 3,200 bytes a second each`);
  if (provider !== undefined) tell(`in utterances of 10 s with pauses of 3 s, to ${provider}`);
  tell(`${''.padEnd(18)}${HEADINGS.map((heading) => heading.padStart(13)).join('')}`);
  const starts = Math.min(options.starts ?? STARTS, options.rounds);
  // As before the first start: to make the database in the run would be part of what is measured.
  if (baseline === 'plain') await makeDatabaseTemplate();
  const runs: RelayBenchRun[] = [];
  let round = 0;
  for (let start = 0; start < starts; start++) {
    const rounds = Math.ceil((options.rounds - start) / starts);
    const run = await runRounds({
      sessions,
      provider,
      baseline,
      rounds,
      times,
      profileDir: start === starts - 1 ? options.profileDir : undefined,
      signal,
      onRound: (figures) => {
        round++;
        tell(rowOf(`${round}  relay`, figures.relay));
        tell(rowOf(`${round}  baseline`, figures.baseline));
      },
    });
    runs.push(run);
  }
  const report = reportOf(sessions, runs, provider);
  if (!runs.every(({ isNative }) => isNative)) {
    tell('Masking is not compiled here (bufferutil): both sides are slower.');
  }
  tell(
    `CPU per chunk: relay ${report.cpu_us_per_chunk.relay} µs, ` +
      `baseline ${report.cpu_us_per_chunk.baseline} µs, ratio ${report.cpu_ratio}`,
  );
  tell(
    `${report.sent} sent, ${report.delivered} delivered, ${report.lost} lost, ` +
      `${report.reordered} reordered, ${report.errors} errors\n`,
  );
  if (report.upstream !== undefined) {
    const { speakers, opened, peak } = report.upstream;
    tell(
      `${speakers} spoke at once; connections to the vendor: ${peak.relay} at once, ` +
        `${opened.relay} opened; by the baseline ${peak.baseline} and ${opened.baseline}`,
    );
  }
  if (report.telemetry !== undefined) {
    const { spans, error_reports, scrapes, log_lines } = report.telemetry;
    tell(
      `Of the relay arrived: ${spans} spans, ${error_reports} error reports, ` +
        `${scrapes} readings of its metrics, ${log_lines} lines of its log`,
    );
  }
  for (const { delivery } of runs.flatMap(({ rounds }) => Object.values(rounds.at(-1) ?? {}))) {
    for (const problem of delivery.problems) tell(`  ${problem}`);
  }
  return report;
}

const HEADINGS = ['µs/chunk', 'p50 ms', 'p99 ms', 'kB/session', 'chunks'];

function rowOf(name: string, { cpuUsPerChunk, latencyMs, rssKbPerSession, chunks }: RoundFigures) {
  const cells = [
    cpuUsPerChunk.toFixed(2),
    latencyMs.p50.toFixed(2),
    latencyMs.p99.toFixed(2),
    rssKbPerSession.toFixed(1),
    String(chunks),
  ];
  return `${name.padEnd(18)}${cells.map((cell) => cell.padStart(13)).join('')}`;
}
