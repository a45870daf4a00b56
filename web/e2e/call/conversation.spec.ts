import { expect } from '@playwright/test';
import { speak } from '../support/speech.ts';
import {
  readTap,
  type Stretch,
  stretchesOf,
  TAP_BLOCK,
  type TapRecording,
} from '../support/tap.ts';
import { joined, MICROPHONE_HZ, silence } from '../support/wav.ts';
import { test } from './support/call-test.ts';
import { captions, untilReplies, type Caption } from './support/captions.ts';
import { stateLines, untilStateLine } from './support/call-page.ts';
import { copyPanel, turnTable, type PanelExport } from './support/panel.ts';
import { recognise } from './support/sound.ts';

const QUESTIONS = [
  'What time is it?',
  'What is seven times eight?',
  'Set a timer for five seconds.',
];
const TIME_ZONE = 'Asia/Kolkata';
/** Long enough for an answer on a busy machine, so that no question interrupts the one before. */
const PAUSE_MS = 7_000;
/** Above the hum of a rounded silence; both ends of a word are cut off by some ms alike. */
const AUDIBLE = 0.01;

interface Conversation {
  readonly startedMs: number;
  readonly asked: readonly Int16Array[];
  readonly captions: readonly Caption[];
  readonly stateLines: readonly string[];
  readonly tap: TapRecording;
  readonly panel: PanelExport;
  readonly table: readonly (readonly number[])[];
  readonly origin: string;
  readonly origins: ReadonlySet<string>;
  readonly complaints: readonly string[];
}

let conversation: Conversation;

test.beforeAll('three questions are asked aloud and answered', async ({ open, relay, network }) => {
  test.setTimeout(120_000);
  const asked = await speak(QUESTIONS, 'rms');
  const hears = [silence(3_000), ...asked.flatMap((question) => [question, silence(PAUSE_MS)])];
  const startedMs = Date.now();
  const { page, complaints, requests } = await open({
    hears: joined(...hears, silence(60_000)),
    tapped: true,
    // With the moving orb, as most people have it.
    context: { timezoneId: TIME_ZONE, reducedMotion: 'no-preference' },
  });
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await page.keyboard.press('d');

  await untilReplies(page, 1);
  const before = (await stateLines(page)).length;
  await untilStateLine(page, 'Speaking, talk to interrupt', before);
  await page.evaluate(freeze, 2_000);
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
    table: await turnTable(page),
    origin: network.origin,
    origins: new Set(requests.map((request) => new URL(request.url()).origin)),
    complaints: [...complaints, ...relay.complaints],
  };
});

test('the captions show what was asked, what was answered, and the timer', () => {
  const said = conversation.captions.map(({ who, text }) => [who, text] as const);
  expect(said).toEqual([
    ['person', 'what time is it'],
    ['parley', expect.stringMatching(/^it is .+\.$/)],
    ['person', 'what is seven times eight'],
    ['parley', 'seven times eight is fifty six.'],
    ['person', 'set a timer for five seconds'],
    ['parley', 'your timer is set for five seconds.'],
    ['parley', 'your five second timer is done.'],
  ]);
  expect(conversation.captions.map(({ state }) => state)).not.toContain('interrupted');
});

test('the time is that of the person', () => {
  const hours = [conversation.startedMs, Date.now()].map(hourInWords);
  const [, , hour] = conversation.captions[1]!.text.split(' ');
  expect(hours).toContain(hour);
});

test('the state line says what happens', () => {
  const turn = ['I hear you', 'Thinking', 'Speaking, talk to interrupt', 'Listening'];
  expect(conversation.stateLines.slice(0, 1)).toEqual(['Press to talk']);
  const call = conversation.stateLines.slice(conversation.stateLines.indexOf('Listening') + 1);
  expect(call.slice(0, 12)).toEqual([...turn, ...turn, ...turn]);
  expect(call.slice(12)).toContain('Speaking, talk to interrupt');
});

test('the answers are heard, and the timer rings by voice', async () => {
  const { rateHz, voice } = conversation.tap;
  const answers = stretchesOf(voice, rateHz);
  expect(answers).toHaveLength(4);
  const heard = await recognise(
    answers.slice(1).map(({ start, end }) => voice.subarray(start, end)),
    rateHz,
    [
      ...['forty eight', 'forty nine', 'fifty four', 'fifty five', 'fifty six', 'sixty three'].map(
        (product) => `seven times eight is ${product}`,
      ),
      ...['four', 'five', 'nine', 'ten'].flatMap((seconds) => [
        `your timer is set for ${seconds} seconds`,
        `your ${seconds} second timer is done`,
      ]),
    ],
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
  expect(conversation.table).toHaveLength(QUESTIONS.length);
  for (const figures of conversation.table) {
    expect(figures).toHaveLength(9);
    const sum = figures.slice(0, -1).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - figures.at(-1)!)).toBeLessThanOrEqual(5);
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
    const renderedMs = (sample: number) => tap.renderedMs[Math.floor(sample / TAP_BLOCK)]!;
    const betweenMs = ((answer.start - question.end) * 1_000) / tap.rateHz;
    return {
      // What the microphone's recording calls a question is the one that was in the file.
      lostMs: Math.abs(lengthMs(question, tap.rateHz) - spokenMs(asked[n]!)),
      // On a machine too busy to run its sound card the audio clock stands still at times.
      stalledMs: Math.abs(renderedMs(answer.start) - renderedMs(question.end) - betweenMs),
      differenceMs: panel.turns[n]!.voiceToVoiceMs - betweenMs,
    };
  });
  test.info().annotations.push({ type: 'turns, ms', description: JSON.stringify(turns) });
  const sound = turns.filter(({ lostMs, stalledMs }) => lostMs < 20 && stalledMs < 40);
  expect(sound).not.toEqual([]);
  for (const { differenceMs } of sound) {
    // The panel's figure is longer by the latency of microphone and speaker, which lie outside of
    // the tap (10 and some 30 ms here). The detector places the end of speech to within three of
    // its frames, 96 ms; the audio clock is read to within a sound card's buffer, 20 ms.
    expect(Math.abs(differenceMs - 40)).toBeLessThanOrEqual(120);
  }
});

test('nothing is asked of other hosts, and nothing complains', () => {
  expect([...conversation.origins]).toEqual([conversation.origin]);
  expect(conversation.complaints).toEqual([]);
});

function hourInWords(instantMs: number): string {
  const format = new Intl.DateTimeFormat('en', {
    hour: 'numeric',
    hourCycle: 'h12',
    timeZone: TIME_ZONE,
  });
  const hour = format.formatToParts(instantMs).find(({ type }) => type === 'hour')!.value;
  return 'one two three four five six seven eight nine ten eleven twelve'.split(' ')[
    Number(hour) - 1
  ]!;
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
