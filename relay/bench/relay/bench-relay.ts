import { AUDIO_CODECS, type AudioCodec } from '@parley/shared';
import { makeDatabaseTemplate } from '../../src/keeping/storage/database-template.ts';
import { BASELINE, type Baseline } from './baseline.ts';
import { reportOf, type RelayBenchRun } from './report.ts';
import { openRounds, type Round, type RoundFigures, type RoundTimes } from './rounds.ts';
import { wholeNumber, defineBench, FOLDER, oneOf, sizes, type BenchContext } from '../bench.ts';

export const ROUND_TIMES: RoundTimes = {
  // More than an utterance: from then on as much is released as is kept, and all code is compiled.
  steadyMs: 12_000,
  // Rounds are short and many: what disturbs one side of a pair should disturb the other too. Those
  // of a start are half a minute, in which the collector of the whole heap comes round.
  warmUpMs: 400,
  windowMs: 6_000,
};
const ROUNDS = 10;
/** How a garbage collector settles differs from start to start, on either side. */
const STARTS = 2;

export interface BenchRelayOptions extends BenchContext {
  readonly sessions: number;
  readonly baseline?: Baseline;
  /** Of the relay's callers; PCM16 by default, as that of the baseline's. */
  readonly codec?: AudioCodec;
  readonly rounds: number | undefined;
  readonly profileDir: string | undefined;
  readonly times?: RoundTimes;
  /** The rounds are spread over so many runs, each with processes of its own. */
  readonly starts?: number;
}

/**
 * Forwarding audio: the relay as people run it, through the adapter of Deepgram's Nova to its
 * simulator, against a bare pipe to the same, or against another relay.
 */
export async function benchRelay(options: BenchRelayOptions): Promise<ReturnType<typeof reportOf>> {
  const {
    sessions,
    baseline = 'pipe',
    codec = 'pcm16',
    profileDir,
    signal,
    tell,
    times = ROUND_TIMES,
  } = options;
  const { rounds = ROUNDS } = options;
  tell(
    `${sessions} sessions in ${codec}, 10 chunks of 100 ms a second each, in utterances of 10 s with pauses of 3 s`,
  );
  tell(`${''.padEnd(18)}${HEADINGS.map((heading) => heading.padStart(13)).join('')}`);
  const starts = Math.min(options.starts ?? STARTS, rounds);
  // As before the first start: to make the database in the run would be part of what is measured.
  await makeDatabaseTemplate();
  const runs: RelayBenchRun[] = [];
  let isNative = true;
  for (let start = 0, round = 1; start < starts; start++) {
    await using sides = await openRounds({ sessions, baseline, codec, times, signal });
    isNative &&= sides.isNative;
    const run: Round[] = [];
    for (const count = Math.ceil((rounds - start) / starts); run.length < count; round++) {
      const isLast = round === rounds;
      const figures = await sides.measureTurns(isLast ? profileDir : undefined);
      run.push(figures);
      tell(rowOf(`${round}  relay`, figures.relay));
      tell(rowOf(`${round}  baseline`, figures.baseline));
    }
    runs.push(run);
  }
  const report = reportOf(sessions, runs);
  const windowsS = (Math.ceil(rounds / starts) * times.windowMs) / 1_000;
  if (!isNative) tell('Masking is not compiled here (bufferutil): both sides are slower.');
  tell(
    `CPU per chunk: relay ${report.cpu_us_per_chunk.relay} µs, ` +
      `baseline ${report.cpu_us_per_chunk.baseline} µs, ratio ${report.cpu_ratio}`,
  );
  tell(
    `${report.sent} sent, ${report.delivered} delivered, ${report.lost} lost, ` +
      `${report.reordered} reordered, ${report.errors} errors`,
  );
  tell(
    `${report.full_collections.relay} full collections in ${windowsS} s, of which the longest took ` +
      `${report.longest_collection_ms.relay} ms; longest delay ${report.longest_delay_ms.relay} ms`,
  );
  const { speakers, opened, peak } = report.upstream;
  tell(
    `${speakers} spoke at once; connections to the vendor: ${peak.relay} at once, ` +
      `${opened.relay} opened; by the baseline ${peak.baseline} and ${opened.baseline}\n`,
  );
  for (const { delivery } of runs.flatMap((run) => Object.values(run.at(-1) ?? {}))) {
    for (const problem of delivery.problems) tell(`  ${problem}`);
  }
  return report;
}

const HEADINGS = ['µs/chunk', 'p50 ms', 'p99 ms', 'kB/session', 'chunks', 'collections', 'longest'];

function rowOf(name: string, figures: RoundFigures) {
  const { cpuUsPerChunk, latencyMs, rssKbPerSession, chunks, pauses } = figures;
  const cells = [
    cpuUsPerChunk.toFixed(2),
    latencyMs.p50.toFixed(2),
    latencyMs.p99.toFixed(2),
    rssKbPerSession.toFixed(1),
    String(chunks),
    String(pauses.fullCollections),
    `${Math.round(pauses.longestCollectionMs)} ms`,
  ];
  return `${name.padEnd(18)}${cells.map((cell) => cell.padStart(13)).join('')}`;
}

export const RELAY_BENCH = defineBench({
  about: `What forwarding a chunk of audio costs: the relay as people run it, with a vendor's adapter
to the simulator of Deepgram's Nova, in turn with a bare WebSocket pipe to the same. 1,000 sessions
if N is not given (without --json 500 before that), 10 chunks a second in utterances of ten seconds
with pauses.
--provider V           whose adapter and simulator: nova, Deepgram's, the only one so far
--baseline NAME=VALUE  against the same relay with another setting instead of the pipe, such as
                       STORAGE=off or ENABLE_METRICS=off
--baseline DIR         against the relay of another folder (npm run compare does that)
--codec C              what the relay's callers speak in, pcm16 or opus; those of the baseline speak
                       in pcm16: with this folder as the baseline, the two are compared
--rounds N             rounds, each with both sides in turn; ${ROUNDS} by default
--profile DIR          writes a CPU profile of each side's last round to a folder`,
  options: {
    sessions: sizes(10_000, { people: [500, 1_000], programs: 1_000 }),
    provider: oneOf('V', ['nova'], 'nova'),
    baseline: BASELINE,
    codec: oneOf('C', AUDIO_CODECS, 'pcm16'),
    rounds: wholeNumber(50, ROUNDS),
    profile: FOLDER,
  },
  async run(
    { sessions: allSessions, baseline, codec, rounds, profile: profileDir },
    { print, ...context },
  ) {
    for (const sessions of allSessions) {
      print(await benchRelay({ sessions, baseline, codec, rounds, profileDir, ...context }));
    }
    return true;
  },
});
