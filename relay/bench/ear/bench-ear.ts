import { BenchProcess } from '../process/bench-process.ts';
import { provideAudioRig } from '../../tools/audio-rig.ts';
import { provideChromium } from '../../tools/chromium.ts';
import { buildPage } from '../../tools/page-build.ts';
import type { EarHandlers } from './ear-handlers.ts';
import { DISTURBED, QUESTIONS, VOICES } from './questions.ts';
import { panelOf, reportOf, rowOf, type AskedTurn } from './report.ts';
import { wholeNumber, defineBench, type BenchContext } from '../bench.ts';

const EAR = new URL('../../../web/bench/ear.process.ts', import.meta.url);
const OPEN_DEADLINE_MS = 120_000;
const TURN_DEADLINE_MS = 60_000;
/** Of the longer of both tables. */
const SIMULATED_SHARE = 1 / 3;

export interface BenchEarOptions extends BenchContext {
  readonly turns: number;
}

/**
 * What the debug panel says of voice to voice, beside what an ear in the room hears; then how long
 * that takes over vendors of known slowness, with and without speculation.
 *
 * @throws Error if the rig is missing, or the page cannot be built
 */
export async function benchEar({ turns, signal, tell }: BenchEarOptions) {
  if (!(await provideChromium()) || !(await provideAudioRig())) {
    throw new Error('Without Chromium and PulseAudio there is no room to listen in.');
  }
  if ((await buildPage()) !== 0) throw new Error('The page could not be built.');
  await using ear = new BenchProcess<EarHandlers>(EAR, signal);
  const fewer = Math.max(1, Math.round(turns * SIMULATED_SHARE));
  try {
    const embedded = await converse(ear, { simulated: false, speculates: true }, turns, tell);
    const eager = await converse(ear, { simulated: true, speculates: true }, fewer, tell);
    const patient = await converse(ear, { simulated: true, speculates: false }, fewer, tell);
    return { bench: 'ear' as const, embedded, simulated: { eager, patient } };
  } finally {
    if (!signal.aborted) await ear.ask('close', undefined);
  }
}

async function converse(
  ear: BenchProcess<EarHandlers>,
  providers: { readonly simulated: boolean; readonly speculates: boolean },
  turns: number,
  tell: (line: string) => void,
) {
  tell(titleOf(providers));
  await ear.ask('open', providers, OPEN_DEADLINE_MS);
  const asked: AskedTurn[] = [];
  for (let n = 0; n < turns; n += 1) {
    const disturbance = providers.simulated ? 'none' : (DISTURBED.get(n % 60) ?? 'none');
    const question = {
      voice: VOICES[n % VOICES.length]!,
      text: QUESTIONS[n % QUESTIONS.length]!,
      disturbance,
    };
    const turn = { ...question, ...(await ear.ask('ask', question, TURN_DEADLINE_MS)) };
    asked.push(turn);
    tell(rowOf(n + 1, turn));
  }
  const report = reportOf(asked);
  for (const line of panelOf(report)) tell(`  ${line}`);
  return report;
}

function titleOf({ simulated, speculates }: { simulated: boolean; speculates: boolean }): string {
  if (!simulated) return 'Embedded providers: the ear beside the panel, ms';
  return `Vendors of 100, 150 and 80 ms, ${speculates ? 'with' : 'without'} speculation: at the ear, ms`;
}

export const EAR_BENCH = defineBench({
  about: `What the debug panel shows beside what an ear in the room hears: three voices ask 60 questions in
Chromium, in a room without sound cards, with a load peak and a stalled page in between. Then voice
to voice at the ear over vendors of known slowness. It needs PulseAudio.`,
  options: { turns: wholeNumber(600, 60) },
  async run(options, { print, ...context }) {
    const report = await benchEar({ ...options, ...context });
    print(report);
    return report.embedded.failed === 0;
  },
});
