import { expect, type Page } from '@playwright/test';
import { sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import {
  isSound,
  measured,
  readTap,
  stalledMs,
  type Stretch,
  stretchesOf,
  type TapRecording,
} from '../support/tap.ts';
import { joined, MICROPHONE_HZ, silence } from '../support/wav.ts';
import { test } from './support/call-test.ts';
import { captions, untilReplies, type Caption } from './support/captions.ts';
import { stateLines, untilStateLine } from './support/call-page.ts';
import { copyPanel, type PanelExport } from './support/panel.ts';
import { recognise } from './support/sound.ts';

const QUESTIONS = [
  'What time is it?',
  'What is seven times eight?',
  'Set a timer for five seconds.',
];
/** Answered at length: for more than eight seconds. */
const LONG_QUESTION = 'What can you do?';
const INTERRUPTION = 'What is seven times eight?';
/** More is to be expected: the relay waits long for it. */
const UNFINISHED = 'Set a timer for';
const TIME_ZONE = 'Asia/Kolkata';
const LISTENING = 'Listening';
const SPEAKING = 'Speaking, talk to interrupt';
/** What is heard of the long answer, at least, before it is interrupted. */
const INTO_THE_ANSWER_MS = 1_000;
const SILENT_WITHIN_MS = 250;
/** A voice that draws breath between two clauses is silent already. */
const LONGEST_BREATH_MS = 500;
/** Above the hum of a rounded silence; both ends of a word are cut off by some ms alike. */
const AUDIBLE = 0.01;

interface Conversation {
  readonly startedMs: number;
  readonly asked: readonly Int16Array[];
  readonly captions: readonly Caption[];
  readonly stateLines: readonly string[];
  readonly tap: TapRecording;
  readonly panel: PanelExport;
  readonly bargeIn: BargeIn;
  /** The same was said twice; the second time a press of the orb said that this was all. */
  readonly unfinished: PanelExport['turns'];
  readonly origin: string;
  readonly origins: ReadonlySet<string>;
  readonly complaints: readonly string[];
}

interface BargeIn {
  readonly captions: readonly Caption[];
  /** From the first sound of the interruption to the last of the answer. */
  readonly delayMs: number;
  /** Of that stretch. */
  readonly stalledMs: number;
  /** What is answered to the interruption. */
  readonly answer: Float32Array;
}

let conversation: Conversation;

/*
 * Each question is asked once the answer before is over, however long that takes: Chromium's own
 * microphone, which plays a file, is that of the tests of the media engine.
 */
test.beforeAll('questions are asked aloud and answered', async ({ open, relay, network }) => {
  test.setTimeout(120_000);
  const asked = await speak(QUESTIONS, 'rms');
  const startedMs = Date.now();
  const { page, complaints, requests } = await open({
    tapped: true,
    // With the moving orb, as most people have it.
    context: { timezoneId: TIME_ZONE, reducedMotion: 'no-preference' },
  });
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await page.keyboard.press('d');

  await untilStateLine(page, LISTENING);
  for (const [n, question] of asked.entries()) {
    const before = (await stateLines(page)).length;
    await sayTo(page, question);
    await untilStateLine(page, SPEAKING, before);
    if (n === 1) await page.evaluate(freeze, 2_000);
    await untilReplies(page, n + 1);
    await untilStateLine(page, LISTENING, before);
  }
  // The last is the timer's, which is not asked for.
  await untilReplies(page, 4);
  const rows = page.getByRole('region', { name: 'Turns', exact: true }).locator('ol button');
  await expect(rows).toHaveCount(QUESTIONS.length);

  conversation = {
    startedMs,
    asked,
    captions: await captions(page),
    stateLines: await stateLines(page),
    tap: await readTap(page),
    panel: await copyPanel(page),
    bargeIn: await measured('the interruption', () => interrupt(page)),
    unfinished: await finish(page),
    origin: network.origin,
    origins: new Set(requests.map((request) => new URL(request.url()).origin)),
    complaints: [...complaints, ...relay.complaints],
  };
});

test('the captions show what was asked, what was answered, and the timer', () => {
  const said = conversation.captions.map(({ who, text }) => [who, text] as const);
  expect(said).toEqual([
    ['person', 'what time is it?'],
    ['parley', expect.stringMatching(/^it is .+\.$/)],
    ['person', 'what is 7 times 8?'],
    ['parley', '7 times 8 is 56.'],
    ['person', 'set a timer for 5 seconds'],
    ['parley', 'your timer is set for 5 seconds.'],
    ['parley', 'your 5 second timer is done.'],
  ]);
  expect(conversation.captions.map(({ state }) => state)).not.toContain('interrupted');
});

test('the time is that of the person', () => {
  const hours = [conversation.startedMs, Date.now()].map(hourAt);
  const hour = /\d+/.exec(conversation.captions[1]!.text)?.[0];
  expect(hours).toContain(hour);
});

test('the state line says what happens', () => {
  const turn = ['I hear you', 'Thinking', SPEAKING, LISTENING];
  expect(conversation.stateLines.slice(0, 1)).toEqual(['Press to talk']);
  const call = conversation.stateLines.slice(conversation.stateLines.indexOf(LISTENING) + 1);
  expect(call.slice(0, 12)).toEqual([...turn, ...turn, ...turn]);
  expect(call.slice(12)).toContain(SPEAKING);
});

test('the answers are heard, and the timer rings by voice', async () => {
  const { rateHz, voice } = conversation.tap;
  const answers = stretchesOf(voice, rateHz);
  expect(answers).toHaveLength(4);
  const heard = await recognise(
    answers.slice(1).map(({ start, end }) => voice.subarray(start, end)),
    rateHz,
  );
  expect(heard).toEqual([
    'seven times eight is fifty six',
    'your timer is set for five seconds',
    'your five second timer is done',
  ]);
});

test('a page that is frozen while it answers goes on speaking', () => {
  expect(conversation.panel.stats.at(-1)).toMatchObject({ underruns: 0, reconnects: 0 });
});

test('the segments of each turn sum to its total', () => {
  const { turns } = conversation.panel;
  expect(turns).toHaveLength(QUESTIONS.length);
  for (const { timeline, voiceToVoiceMs } of turns) {
    const segments = Object.values(timeline);
    expect(segments).toHaveLength(8);
    const sum = segments.reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - voiceToVoiceMs)).toBeLessThanOrEqual(5);
  }
});

test('voice to voice is what lies between question and answer in what was recorded', () => {
  const { panel, tap, asked } = conversation;
  const questions = stretchesOf(tap.microphone, tap.rateHz, { audible: AUDIBLE });
  const answers = stretchesOf(tap.voice, tap.rateHz, { audible: 1e-5 });
  expect(questions).toHaveLength(QUESTIONS.length);
  expect(panel.turns).toHaveLength(QUESTIONS.length);

  const turns = questions.map((question, n) => {
    const answer = answers[n]!;
    const betweenMs = ((answer.start - question.end) * 1_000) / tap.rateHz;
    return {
      // What the microphone's recording calls a question is the one that was in the file.
      lostMs: Math.abs(lengthMs(question, tap.rateHz) - spokenMs(asked[n]!)),
      stalledMs: stalledMs(tap, { start: question.end, end: answer.start }),
      differenceMs: panel.turns[n]!.voiceToVoiceMs - betweenMs,
    };
  });
  test.info().annotations.push({ type: 'turns, ms', description: JSON.stringify(turns) });
  const sound = turns.filter((turn) => turn.lostMs < 20 && isSound(turn));
  expect(sound).not.toEqual([]);
  for (const { differenceMs } of sound) {
    // The panel's figure is longer by the latency of microphone and speaker, which lie outside of
    // the tap (10 and some 30 ms here). The detector places the end of speech to within three of
    // its frames, 96 ms; the audio clock is read to within a sound card's buffer, 20 ms.
    expect(Math.abs(differenceMs - 40)).toBeLessThanOrEqual(120);
  }
});

test('speech over an answer silences it, is answered, and what was not heard is marked', async () => {
  const { captions: shown, delayMs, answer } = conversation.bargeIn;
  expect(shown.map(({ who, state }) => `${who} ${state}`)).toEqual([
    'person final',
    'parley interrupted',
    'person final',
    'parley completed',
  ]);
  const { text, unheard } = shown[1]!;
  expect(text.slice(0, text.length - unheard.length)).toMatch(/^i can/);
  expect(unheard).not.toBe('');
  expect(shown[3]!.text).toBe('7 times 8 is 56.');

  const type = 'silence after onset, ms';
  test.info().annotations.push({ type, description: delayMs.toFixed(0) });
  expect(delayMs).toBeGreaterThan(-LONGEST_BREATH_MS);
  expect(delayMs).toBeLessThanOrEqual(SILENT_WITHIN_MS);
  const { rateHz } = conversation.tap;
  expect(await recognise([answer], rateHz)).toEqual(['seven times eight is fifty six']);
});

test('a press of the orb ends the turn, and the answer comes without the wait for more', () => {
  const [waited, finished] = conversation.unfinished;
  expect(waited!.endOfTurn?.delayMs).toBeGreaterThan(1_000);
  expect(finished!.endOfTurn).toBeUndefined();
  // Of the rest of a turn the machine decides how long it takes.
  const [wait, press] = [waited!, finished!].map(({ timeline }) => timeline.endpointing_ms);
  test.info().annotations.push({ type: 'endpointing, ms', description: `${wait}, ${press}` });
  expect(press).toBeLessThan(wait!);
});

test('nothing is asked of other hosts, and nothing complains', () => {
  expect([...conversation.origins]).toEqual([conversation.origin]);
  expect(conversation.complaints).toEqual([]);
});

/** Asks what is answered at length, and asks something else once some of the answer was heard. */
async function interrupt(page: Page): Promise<BargeIn> {
  const [long, interruption] = await speak([LONG_QUESTION, INTERRUPTION], 'rms');
  const earlier = (await captions(page)).length;
  const replies = (await captions(page)).filter(({ who }) => who === 'parley').length;
  const from = (await readTap(page)).voice.length;
  const before = (await stateLines(page)).length;
  await sayTo(page, long!);
  await untilStateLine(page, SPEAKING, before);
  await sayTo(page, joined(silence(INTO_THE_ANSWER_MS), interruption!));
  await untilReplies(page, replies + 2, { interruptedToo: true });

  const tap = await readTap(page);
  const { rateHz } = tap;
  const stretchesSince = (signal: Float32Array, options: Parameters<typeof stretchesOf>[2] = {}) =>
    stretchesOf(signal.subarray(from), rateHz, options).map(({ start, end }) => ({
      start: from + start,
      end: from + end,
    }));
  const answers = stretchesSince(tap.voice);
  const questions = stretchesSince(tap.microphone, { audible: AUDIBLE });
  expect(answers).toHaveLength(2);
  expect(questions).toHaveLength(2);
  const onset = questions[1]!.start;
  const { end } = answers[0]!;
  return {
    captions: (await captions(page)).slice(earlier),
    delayMs: ((end - onset) * 1_000) / rateHz,
    stalledMs: stalledMs(tap, { start: Math.min(onset, end), end: Math.max(onset, end) }),
    answer: tap.voice.subarray(answers[1]!.start, answers[1]!.end),
  };
}

async function finish(page: Page): Promise<PanelExport['turns']> {
  const [unfinished] = await speak([UNFINISHED], 'rms');
  const rows = page.getByRole('region', { name: 'Turns', exact: true }).locator('ol button');
  const earlier = await rows.count();
  for (const turn of [1, 2]) {
    const before = (await stateLines(page)).length;
    await sayTo(page, unfinished!);
    const orb = page.getByRole('button', { name: 'Finish and get the answer' });
    // At once: Playwright's own click waits for the page to stand still.
    if (turn === 2) await orb.evaluate((button: HTMLElement) => button.click());
    await expect(rows).toHaveCount(earlier + turn);
    await untilStateLine(page, LISTENING, before);
  }
  return (await copyPanel(page)).turns.slice(earlier);
}

function hourAt(instantMs: number): string {
  const format = new Intl.DateTimeFormat('en', {
    hour: 'numeric',
    hourCycle: 'h12',
    timeZone: TIME_ZONE,
  });
  return format.formatToParts(instantMs).find(({ type }) => type === 'hour')!.value;
}

function spokenMs(samples: Int16Array): number {
  const signal = Float32Array.from(samples, (sample) => sample / 0x8000);
  const [only] = stretchesOf(signal, MICROPHONE_HZ, { audible: AUDIBLE });
  return lengthMs(only!, MICROPHONE_HZ);
}

function lengthMs({ start, end }: Stretch, rateHz: number): number {
  return ((end - start) * 1_000) / rateHz;
}

/** Runs in the page: keeps its thread from doing anything else. */
function freeze(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
