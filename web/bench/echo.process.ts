import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildPage,
  CATALOGUE,
  serve,
  UNLIMITED,
  type EchoBrowser,
  type EchoHandlers,
  type EchoRoom,
} from '@parley/relay/testing';
import { startRealRelay } from '../e2e/call/support/real-relay.ts';
import { startAudioRig, type AudioRig } from '../e2e/lab/audio-rig.ts';
import { say, startVoice } from '../e2e/support/speech.ts';
import { MICROPHONE_HZ } from '../e2e/support/wav.ts';
import { openAudiblePage, type AudiblePage } from './audible-page.ts';
import { EchoCall, wait } from './echo-call.ts';
import { LEAD_MS, levelBetween, outcomeOf } from './room-judgement.ts';

const QUESTION = 'What can you tell me about this?';
/** Half a minute each: none of a call's answers is like the one before. */
const ANSWERS = [
  'The lighthouse on the northern cape was built of grey granite by forty masons in three years. Its lamp burned whale oil at first and paraffin later, and each night a keeper climbed two hundred steps to trim the wick. Ships that passed could see the light from eighteen miles away, unless fog came down, and then a bell was rung by hand until the morning. Today a small electric lamp does the same work, and only the gulls climb the stairs.',
  'Good bread needs very little beyond flour, water, salt and patience. Mix them until no dry flour is left, cover the bowl, and go away for half an hour. Fold the dough over itself four times, wait again, and you will feel how it has become smooth and strong. Overnight in a cold place it gathers its flavour, and in the morning a very hot oven with a little steam gives it a thin and crackling crust.',
  'Rivers do not flow straight for long, even across a perfectly level plain. Water runs faster along the outside of each bend and carries earth away there, while slower water on the inside lays it down again. So every bend grows until the loop is nearly closed, and one spring flood cuts through the narrow neck. What remains is a curved lake, which fills with reeds, then with willows, and is a meadow after a few hundred years.',
] as const;
const ANSWER_DEADLINE_MS = 15_000;
const ATTEMPTS = 3;
const MEASURE_LEVEL_MS = 4_000;
/** Between the beginning of an answer and what is said over it, in turns: mid-word and in pauses. */
const INTO_THE_ANSWER_MS = [2_600, 3_150, 3_700, 4_250, 4_800] as const;
/** An answer that is older may end while something is said over it. */
const LATEST_MS = 18_000;
/** Recorded after the person has finished. */
const AFTER_MS = 2_200;
const RECORDING_DEADLINE_MS = 10_000;
const POLL_MS = 200;

interface Laboratory {
  readonly rig: AudioRig;
  readonly browser: EchoBrowser;
  readonly origin: string;
  readonly question: Int16Array;
  speak(text: string, voice: string): Promise<Int16Array>;
}

/** Until this process ends. */
const resources = new AsyncDisposableStack();
let laboratory: Laboratory;
let page: AudiblePage | undefined;

const handlers: EchoHandlers = {
  async open(browser) {
    laboratory = await openLaboratory(browser);
  },

  async monologue({ room, speechMs }) {
    const call = await startCall(room);
    const questionsMs: { startMs: number; endMs: number }[] = [];
    let measuredDb: number | null = null;
    const heardMs = () => {
      const played = new Map<string, number>();
      for (const note of call.notes) {
        if (note.type === 'progress') played.set(note.responseId, note.playedMs);
      }
      return [...played.values()].reduce((sum, ms) => sum + ms, 0);
    };
    while (heardMs() < speechMs) {
      if (call.answer === undefined) {
        await wait(POLL_MS);
        await call.read();
        const startMs = call.nowMs;
        await untilAnswered(call);
        questionsMs.push({ startMs, endMs: call.answer!.sinceMs });
      }
      if (measuredDb === null) measuredDb = await measureLevel();
      await wait(POLL_MS);
      await call.read();
    }
    await call.end();
    return { notes: call.notes, questionsMs, measuredDb };
  },

  async doubleTalk({ room, said }) {
    const { rig, speak } = laboratory;
    const call = await startCall(room);
    const outcomes = [];
    for (const [n, { text, voice }] of said.entries()) {
      const speech = await speak(text, voice);
      const isFresh = () => call.nowMs - (call.answer?.sinceMs ?? -Infinity) < LATEST_MS;
      await call.read();
      if (!isFresh()) {
        await call.until(() => call.answer === undefined, 60_000, 'An answer does not end.');
        await untilAnswered(call);
      }
      const intoMs = INTO_THE_ANSWER_MS[n % INTO_THE_ANSWER_MS.length]!;
      await wait(Math.max(0, intoMs - LEAD_MS - (call.nowMs - call.answer!.sinceMs)));
      using recording = await rig.record();
      await recording.until(LEAD_MS, AbortSignal.timeout(RECORDING_DEADLINE_MS));
      await call.read();
      const before = call.notes.length;
      await rig.play(speech, MICROPHONE_HZ);
      const lengthMs = (speech.length * 1_000) / MICROPHONE_HZ;
      await recording.until(
        LEAD_MS + lengthMs + AFTER_MS,
        AbortSignal.timeout(RECORDING_DEADLINE_MS),
      );
      await call.read();
      const detected = call.notes
        .slice(before)
        .flatMap((note) => (note.type === 'vad' ? [note.name] : []));
      outcomes.push({ ...outcomeOf(recording.take()), detected });
    }
    await call.end();
    return outcomes;
  },
};

serve(handlers, () => resources.disposeAsync());

async function openLaboratory(browser: EchoBrowser): Promise<Laboratory> {
  if ((await buildPage()) !== 0) throw new Error('The page could not be built.');
  const dataDir = resources.adopt(mkdtempSync(join(tmpdir(), 'parley-echo-')), (dir) =>
    rmSync(dir, { recursive: true, force: true }),
  );
  let answers = 0;
  const answer = () => ANSWERS[answers++ % ANSWERS.length]!;
  const model = resources.use(await CATALOGUE.compatible.start({ answer }));
  const relay = resources.use(
    await startRealRelay(dataDir, {
      ...UNLIMITED,
      ...CATALOGUE.compatible.environment(model),
      TRANSCRIBERS: 'embedded',
      GENERATORS: 'compatible',
      SYNTHESIZERS: 'embedded',
    }),
  );
  const rig = resources.use(await startAudioRig());
  const voice = resources.use(await startVoice());
  resources.defer(() => page?.[Symbol.asyncDispose]());
  return {
    rig,
    browser,
    origin: `http://localhost:${relay.port}`,
    question: await say(voice, QUESTION, 'rms'),
    speak: (text, name) => say(voice, text, name),
  };
}

/** In a browser of its own: Firefox hangs in one that has had a few. */
async function startCall(room: EchoRoom): Promise<EchoCall> {
  const { rig, browser } = laboratory;
  await rig.setEcho(room === 'headphones' ? 'off' : room);
  await page?.[Symbol.asyncDispose]();
  page = await openAudiblePage(browser, rig.environment);
  const call = new EchoCall(page);
  await call.start(laboratory.origin);
  return call;
}

/** Asks until an answer is heard: a question may be mistaken for an echo. */
async function untilAnswered(call: EchoCall): Promise<void> {
  const { rig, question } = laboratory;
  for (let attempt = 1; ; attempt += 1) {
    await rig.play(question, MICROPHONE_HZ);
    try {
      return await call.until(
        () => call.answer !== undefined,
        ANSWER_DEADLINE_MS,
        'A question was not answered.',
      );
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function measureLevel(): Promise<number | null> {
  using recording = await laboratory.rig.record();
  await recording.until(MEASURE_LEVEL_MS, AbortSignal.timeout(RECORDING_DEADLINE_MS));
  return levelBetween(recording.take());
}
