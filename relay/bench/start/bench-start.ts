import { buildPage } from '../../tools/page-build.ts';
import { prepareDatabase } from '../../tools/database-preparation.ts';
import { ROOT } from '../../tools/project.ts';
import { median, round } from '../statistics.ts';
import { firstLoadBytes } from './first-load.ts';
import { installedPackages, type InstalledPackages } from './installed-packages.ts';
import { memoryOf, type Memory } from './process-memory.ts';
import { startParley, type StartedParley } from './started-parley.ts';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { wholeNumber, defineBench, type BenchContext } from '../bench.ts';

/** From then on a relay without callers changes little. */
const SETTLED_MS = 20_000;
const ROUNDS = 3;
/** Nothing listens there: vendors are not asked. */
const NOWHERE = 'http://127.0.0.1:9';
/** A vendor with a key for every stage. */
const KEYED: Readonly<Record<string, string>> = Object.fromEntries(
  ['DEEPGRAM', 'ANTHROPIC', 'CARTESIA'].flatMap((vendor) => [
    [`${vendor}_API_KEY`, 'not-a-key-0123456789'],
    [`${vendor}_BASE_URL`, NOWHERE],
  ]),
);
const MODES = { keyless: {}, keyed: KEYED } as const;
type Mode = keyof typeof MODES;
const MODE_NAMES: readonly Mode[] = ['keyless', 'keyed'];
const MB = 1_000_000;

export interface BenchStartOptions extends BenchContext {
  /** Three if not given. */
  readonly rounds: number | undefined;
}

/** What a Parley without callers takes: time to start, memory, disk, and what a browser loads first. */
export async function benchStart({ rounds = ROUNDS, signal, tell }: BenchStartOptions) {
  if ((await buildPage()) !== 0) throw new Error('The page could not be built.');
  await prepareDatabase();
  const reports: StartReport[] = [];
  // The first start fills caches and makes the data folder's database.
  await measureStarts([ROOT], { settledMs: 0, atOnce: false, signal });
  for (let n = 1; n <= rounds; n++) {
    const [report] = await measureStarts([ROOT], {
      settledMs: SETTLED_MS,
      atOnce: false,
      signal,
    });
    reports.push(report!);
    const { ready_ms: ready, rss_mb: rss, pss_mb: pss } = report!;
    for (const mode of MODE_NAMES) {
      const shared = pss === undefined ? '' : `, ${pss[mode]} MB of its own share`;
      tell(
        `${n}  ${mode.padEnd(8)} ready after ${ready[mode]} ms; ${rss[mode]} MB resident${shared}`,
      );
    }
  }
  const middle = (of: (report: StartReport) => number, decimals: number) =>
    round(median(reports.map(of)), decimals);
  const both = (of: (report: StartReport, mode: Mode) => number, decimals: number) => ({
    keyless: middle((report) => of(report, 'keyless'), decimals),
    keyed: middle((report) => of(report, 'keyed'), decimals),
  });
  const { pss_mb: pss, ...fixed } = reports[0]!;
  const report = {
    ...fixed,
    ready_ms: both(({ ready_ms: ready }, mode) => ready[mode], 0),
    rss_mb: both(({ rss_mb: rss }, mode) => rss[mode], 1),
    ...(pss !== undefined && { pss_mb: both((each, mode) => each.pss_mb![mode], 1) }),
  };
  tell(
    `${report.packages} packages take ${report.node_modules_mb} MB; ` +
      `the page first loads ${report.first_load_kb} kB`,
  );
  return report;
}

export type StartReport = Awaited<ReturnType<typeof measureStarts>>[number];

/** By folder: to look through them takes seconds, and they stay the same. */
const installed = new Map<string, InstalledPackages>();

export interface MeasureStartsOptions {
  /** How long each has been ready when its memory is measured. */
  readonly settledMs: number;
  /** Whether each waits with all others: quicker, but what they share counts less in `pss_mb`. */
  readonly atOnce: boolean;
  readonly signal: AbortSignal;
}

interface MeasuredStart {
  readonly folder: string;
  readonly readyMs: number;
  readonly memory: Promise<Memory>;
  /** Of the page, bytes. */
  readonly firstLoad: number;
}

/**
 * Starts each folder's Parley by its own `npm start`, without and with keys, one after the other.
 *
 * @returns what `bench start --json` prints, for each folder in order
 */
export async function measureStarts(
  folders: readonly string[],
  { settledMs, atOnce, signal }: MeasureStartsOptions,
) {
  await using started = new AsyncDisposableStack();
  const measured: MeasuredStart[] = [];
  for (const folder of folders) {
    for (const mode of MODE_NAMES) {
      const parley = await startParley(folder, MODES[mode], signal);
      started.use(parley);
      const memory = settledMemory(parley, settledMs, signal);
      const firstLoad = await firstLoadBytes(parley.url);
      measured.push({ folder, readyMs: parley.readyMs, memory, firstLoad });
      if (!atOnce) {
        await memory;
        await parley[Symbol.asyncDispose]();
      }
    }
  }
  return await Promise.all(
    folders.map(async (folder) => {
      const own = measured.filter((each) => each.folder === folder);
      const memories = await Promise.all(own.map(({ memory }) => memory));
      const both = (of: (index: number) => number) => ({ keyless: of(0), keyed: of(1) });
      const pssOf = (index: number) => memories[index]!.pssBytes;
      const packages = await (installed.get(folder) ?? installedPackages(folder));
      installed.set(folder, packages);
      return {
        bench: 'start' as const,
        ready_ms: both((index) => round(own[index]!.readyMs, 0)),
        rss_mb: both((index) => round(memories[index]!.rssBytes / MB, 1)),
        ...(pssOf(0) !== undefined && { pss_mb: both((index) => round(pssOf(index)! / MB, 1)) }),
        packages: packages.count,
        node_modules_mb: round(packages.bytes / MB, 1),
        first_load_kb: round(own[0]!.firstLoad / 1_000, 1),
      };
    }),
  );
}

async function settledMemory(
  { pid }: StartedParley,
  settledMs: number,
  signal: AbortSignal,
): Promise<Memory> {
  await sleep(systemClock, settledMs, signal);
  return memoryOf(pid);
}

export const START_BENCH = defineBench({
  about: `What a Parley without callers takes: time until npm start is ready, memory 20 s later of all its
processes, without keys and with one for every stage, what is installed, and what a browser loads
first. Medians of ${ROUNDS} rounds if N is not given.`,
  options: { rounds: wholeNumber(50, ROUNDS) },
  async run(options, { print, ...context }) {
    print(await benchStart({ ...options, ...context }));
    return true;
  },
});
