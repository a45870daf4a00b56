import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildPage,
  CATALOGUE,
  serve,
  type Behaviour,
  type BrowserFigures,
  type BrowserHandlers,
  type WebBenchOptions,
} from '@parley/relay/testing';
import type { Page } from '@playwright/test';
import { openCallPage } from '../e2e/call/support/call-page.ts';
import { startNetworkProxy } from '../e2e/call/support/network-proxy.ts';
import { startRealRelay } from '../e2e/call/support/real-relay.ts';
import { servedBytes } from '../e2e/support/served-bytes.ts';
import { speak } from '../e2e/support/speech.ts';
import { gapsIn, readTap, stretchesOf } from '../e2e/support/tap.ts';
import { joined, MICROPHONE_HZ, silence } from '../e2e/support/wav.ts';

const QUESTION = 'What do you know about elephants?';
/** Longer than any pause between two questions: each is asked over the answer to the one before. */
const ANSWER = 'Elephants remember everything they have seen in all of their long lives. '.repeat(
  8,
);
const BEFORE_MS = 3_000;
/** Until the next question: some seconds of the answer are heard by then. */
const BETWEEN_MS = 3_600;
const IDLE_MS = 5_000;
/** From which on a gap in an answer is heard. */
const GAP_MS = 5;

const handlers: BrowserHandlers = {
  async measure(options) {
    await using resources = new AsyncDisposableStack();
    if ((await buildPage()) !== 0) throw new Error('The page could not be built.');
    const [asked] = await speak([QUESTION], 'rms');
    const dataDir = resources.adopt(mkdtempSync(join(tmpdir(), 'parley-web-')), (dir) =>
      rmSync(dir, { recursive: true, force: true }),
    );
    const behaviour = behaviourOf(asked!, options.providerMs);
    const [deepgram, compatible] = await Promise.all([
      CATALOGUE.deepgram.start(behaviour),
      CATALOGUE.compatible.start(behaviour),
    ]);
    resources.use(deepgram);
    resources.use(compatible);
    const relay = resources.use(
      await startRealRelay(dataDir, {
        ...CATALOGUE.deepgram.environment(deepgram),
        ...CATALOGUE.compatible.environment(compatible),
        TRANSCRIBERS: 'deepgram-nova',
        GENERATORS: 'compatible',
        SYNTHESIZERS: 'deepgram-aura',
      }),
    );
    // Which has the recorder's worklet too.
    const { origin } = resources.use(await startNetworkProxy(relay.port));
    const visit = await measureVisits(origin, options.visits);
    return { ...visit, ...(await measureCall(origin, asked!, options.turns)) };
  },
};

serve(handlers);

function behaviourOf(
  asked: Int16Array,
  { asr, llm, tts }: WebBenchOptions['providerMs'],
): Behaviour {
  const words = QUESTION.toLowerCase().replace('?', '').split(' ');
  return {
    hear: (audio) =>
      words.slice(0, Math.ceil((words.length * audio.length) / asked.length)).join(' '),
    finalDelayMs: asr,
    answer: () => ANSWER,
    firstTokenDelayMs: llm,
    firstAudioDelayMs: tts,
  };
}

/** A first visit, and several by a person who has been there. */
async function measureVisits(origin: string, visits: number) {
  await using call = await openCallPage(origin, { hears: silence(1_000), before: noteTimes });
  const { page, requests } = call;
  const code = requests.map((request) => request.url()).filter((url) => /\.(js|css)$/.test(url));
  const sizes = await Promise.all([...new Set(code)].map(servedBytes));
  const readyMs: number[] = [];
  for (let n = 0; n < visits; n += 1) {
    await page.reload({ waitUntil: 'networkidle' });
    await page.getByRole('button', { name: 'Press to talk' }).click();
    await page.waitForFunction(() => (window as unknown as TimedWindow).times.listening !== 0);
    readyMs.push(
      await page.evaluate(() => {
        const { pressed, listening } = (window as unknown as TimedWindow).times;
        return listening - pressed;
      }),
    );
  }
  return { firstLoadBytes: sizes.reduce((sum, bytes) => sum + bytes, 0), readyMs };
}

/** A call in which each question but the first is asked over the answer to the one before. */
async function measureCall(
  origin: string,
  asked: Int16Array,
  turns: number,
): Promise<Omit<BrowserFigures, 'firstLoadBytes' | 'readyMs'>> {
  const questions = Array.from({ length: turns }, () => [asked, silence(BETWEEN_MS)]).flat();
  const hears = joined(silence(BEFORE_MS), ...questions, silence(60_000));
  await using call = await openCallPage(origin, { hears, tapped: true });
  const { page } = call;
  const idle = await mainThreadMsPerS(page, IDLE_MS);
  await page.getByRole('button', { name: 'Press to talk' }).click();
  const callMs =
    BEFORE_MS + (questions.reduce((sum, { length }) => sum + length, 0) * 1_000) / MICROPHONE_HZ;
  const busy = await mainThreadMsPerS(page, callMs);
  const { rateHz, voice, microphone } = await readTap(page);
  const spoken = stretchesOf(microphone, rateHz, { audible: 0.01, quietMs: 1_000 });
  const answers = stretchesOf(voice, rateHz, { quietMs: 300 });
  if (spoken.length !== turns || answers.length !== turns) {
    throw new Error(`${spoken.length} questions and ${answers.length} answers in ${turns} turns`);
  }
  const ms = (samples: number) => (samples * 1_000) / rateHz;
  return {
    mainThreadMsPerS: { idle, call: busy },
    voiceToVoiceMs: answers.map(({ start }, turn) => ms(start - spoken[turn]!.end)),
    bargeInMs: spoken.slice(1).map(({ start }, turn) => ms(answers[turn]!.end - start)),
    underruns: answers.flatMap(({ start, end }) =>
      gapsIn(voice.subarray(start, end), rateHz, GAP_MS),
    ).length,
  };
}

/** How long the main thread works in each second of the next `durationMs`. */
async function mainThreadMsPerS(page: Page, durationMs: number): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const workedMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1_000;
  };
  const before = { atMs: performance.now(), workedMs: await workedMs() };
  await page.waitForTimeout(durationMs);
  const worked = (await workedMs()) - before.workedMs;
  await session.detach();
  return (worked * 1_000) / (performance.now() - before.atMs);
}

interface TimedWindow {
  readonly times: { pressed: number; listening: number };
}

/** Runs in the page: when its button was pressed, and when it listened. */
function noteTimes(): void {
  const times = { pressed: 0, listening: 0 };
  Object.assign(window, { times });
  document.addEventListener('click', () => (times.pressed ||= performance.now()), true);
  new MutationObserver(() => {
    const line = document.getElementById('call-state')?.textContent;
    if (line === 'Listening') times.listening ||= performance.now();
  }).observe(document, { subtree: true, childList: true, characterData: true });
}
