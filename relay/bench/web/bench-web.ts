import { provideChromium } from '../../tools/chromium.ts';
import { BenchProcess } from '../process/bench-process.ts';
import { median, percentile, round } from '../statistics.ts';
import type { BrowserHandlers } from './browser.ts';
import { defineBench, type BenchContext } from '../bench.ts';

const BROWSER = new URL('../../../web/bench/browser.process.ts', import.meta.url);
/** As many as the page's recording, two minutes, has room for. */
const TURNS = 18;
const VISITS = 5;
const PROVIDER_MS = { asr: 100, llm: 150, tts: 80 } as const;
const DEADLINE_MS = 300_000;

export interface BenchWebOptions extends BenchContext {
  readonly turns?: number;
  readonly visits?: number;
}

/**
 * The page in a real Chromium: what it loads, how soon it listens, what it costs its main thread,
 * how soon it answers over simulated providers of known slowness, and falls silent. Sound is
 * measured in the page's audio graph: what the browser's output takes is not in it.
 *
 * @throws Error if there is no Chromium, or a turn is missing
 */
export async function benchWeb(options: BenchWebOptions) {
  const { signal, tell, turns = TURNS, visits = VISITS } = options;
  if (!(await provideChromium())) throw new Error('bench web needs Chromium.');
  await using browser = new BenchProcess<BrowserHandlers>(BROWSER, signal);
  const figures = await browser.ask(
    'measure',
    { turns, visits, providerMs: PROVIDER_MS },
    DEADLINE_MS,
  );
  const { bargeInMs, voiceToVoiceMs, mainThreadMsPerS, underruns } = figures;
  const report = {
    bench: 'web' as const,
    first_load_kb: round(figures.firstLoadBytes / 1_000, 1),
    time_to_ready_ms: round(median(figures.readyMs), 0),
    main_thread_ms_per_s: round(mainThreadMsPerS.call, 1),
    barge_in_ms: shareOf(bargeInMs),
    voice_to_voice_ms: shareOf(voiceToVoiceMs),
    underruns,
  };
  const { barge_in_ms: bargeIn, voice_to_voice_ms: answer } = report;
  tell(`A first visit loads ${report.first_load_kb} kB of scripts and styles.`);
  tell(`It listens ${report.time_to_ready_ms} ms after the press (median of ${visits} visits).`);
  tell(
    `Its main thread works ${report.main_thread_ms_per_s} ms a second in a call, ` +
      `${round(mainThreadMsPerS.idle, 1)} before.`,
  );
  tell(
    `An answer sounds after p50 ${answer.p50} ms, p99 ${answer.p99} ms (${voiceToVoiceMs.length} turns; ` +
      `providers ${PROVIDER_MS.asr} + ${PROVIDER_MS.llm} + ${PROVIDER_MS.tts} ms).`,
  );
  tell(
    `Speech over it silences it after p50 ${bargeIn.p50} ms, p99 ${bargeIn.p99} ms; ${underruns} gaps.`,
  );
  return report;
}

function shareOf(values: readonly number[]) {
  return { p50: round(percentile(values, 0.5), 0), p99: round(percentile(values, 0.99), 0) };
}

export const WEB_BENCH = defineBench({
  about: `The page in Chromium: what it loads, how soon it listens, what it costs its main thread, how soon
it answers over providers with known delays, and how soon speech silences it.`,
  options: {},
  async run(_options, { print, ...context }) {
    print(await benchWeb(context));
    return true;
  },
});
