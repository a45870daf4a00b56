import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { chromiumPath, provideChromium } from '../../tools/chromium.ts';
import { buildPage } from '../../tools/page-build.ts';
import { run } from '../../tools/project.ts';
import { WholeRelay } from '../load/whole-relay.ts';
import { median } from '../statistics.ts';
import { scoresOf, TARGETS, type Category, type LighthouseReport } from './scores.ts';
import { defineBench, type BenchContext } from '../bench.ts';

/**
 * Fetched when it is needed: its hundred packages would lie beside every installation, for a
 * program that nothing of Parley imports.
 */
const LIGHTHOUSE = 'lighthouse@13.5.0';
/** Its times are those of one visit; the middle one of several is compared. */
const VISITS = 3;
const BROWSER_FLAGS = '--headless=new --no-sandbox --disable-gpu';
const EMBEDDED = { TRANSCRIBERS: 'embedded', GENERATORS: 'embedded', SYNTHESIZERS: 'embedded' };

/**
 * Lighthouse's judgement of the built page, as the relay serves it, on a slow phone.
 *
 * @throws Error if there is no Chromium, or Lighthouse cannot be fetched or fails
 */
export async function benchLighthouse({ signal, tell }: BenchContext) {
  if (!(await provideChromium())) throw new Error('bench lighthouse needs Chromium.');
  if ((await buildPage()) !== 0) throw new Error('The page could not be built.');
  await using relay = await WholeRelay.start({ ...EMBEDDED, STORAGE: 'off' }, signal);
  await relay.warm(signal);
  const folder = await mkdtemp(join(tmpdir(), 'parley-lighthouse-'));
  const chromium = chromiumPath();
  const environment = {
    // Lighthouse wants a newer Node than the one that Parley needs to begin with.
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    ...(chromium === undefined ? {} : { CHROME_PATH: chromium }),
  };
  const visits: LighthouseReport[] = [];
  try {
    for (let visit = 1; visit <= VISITS; visit++) {
      const path = join(folder, `${visit}.json`);
      const url = relay.url.replace('127.0.0.1', 'localhost');
      const status = await run(
        'npx',
        [
          ...['--yes', LIGHTHOUSE, url, '--quiet', '--output=json', `--output-path=${path}`],
          ...[`--only-categories=${Object.keys(TARGETS).join(',')}`],
          `--chrome-flags=${BROWSER_FLAGS}`,
        ],
        { environment, signal },
      );
      if (status !== 0) throw new Error(`Lighthouse ended with ${status}.`);
      visits.push(JSON.parse(await readFile(path, 'utf8')) as LighthouseReport);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const performanceOf = (visit: LighthouseReport) => scoresOf(visit).scores.performance;
  const middle = median(visits.map(performanceOf));
  const judged = visits.find((visit) => performanceOf(visit) === middle) ?? visits[0]!;
  const { scores, figures, losses, isReached } = scoresOf(judged);
  tell(`Lighthouse, a phone, the middle one of ${VISITS} visits`);
  for (const [category, target] of Object.entries(TARGETS)) {
    const score = scores[category as Category];
    tell(`  ${category.padEnd(16)}${String(score).padStart(4)} of 100, at least ${target}`);
  }
  for (const figure of figures) tell(`    ${figure}`);
  for (const loss of losses) tell(`    costs points: ${loss}`);
  return { bench: 'lighthouse' as const, visits: visits.map(performanceOf), ...scores, isReached };
}

export const LIGHTHOUSE_BENCH = defineBench({
  about: `Lighthouse's scores of the page on a phone: performance, accessibility, best practices. It is
fetched from the registry when it is not there.`,
  options: {},
  async run(_options, { print, ...context }) {
    const { isReached, ...report } = await benchLighthouse(context);
    print(report);
    return isReached;
  },
});
