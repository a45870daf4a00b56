import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Browser, type Page } from '@playwright/test';
import { hear, installScriptedSpeech, untilListening } from '../media/scripted-speech.ts';
import { sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
import { spokenMs } from '../support/wav.ts';
import { openCallPage, untilStateLine, type CallPageSettings } from './support/call-page.ts';
import { test } from './support/call-test.ts';
import { captions, untilReplies } from './support/captions.ts';
import { startNetworkProxy } from './support/network-proxy.ts';
import { untilProviderShown } from './support/panel.ts';
import { startRealRelay, type RealRelay, type RelaySettings } from './support/real-relay.ts';
import { recognise, recogniseWords, wordsOf } from './support/sound.ts';
import { startVendors, type Vendors } from './support/vendors.ts';

/* The real page and the real relay, between vendors that fail. */

const QUESTION = 'What do you know about elephants?';
const HEARD = 'what do you know about elephants';
const ANSWER = 'Elephants remember everything.';
const REPLY = ANSWER.toLowerCase();
/** Long words, easily distinguished, each of them once: a word that is said twice shows. */
const LONG_ANSWER = [
  'Thirteen scientists discovered another village.',
  'Several elephants remembered Saturday perfectly.',
  'Nobody expected chocolate hurricanes.',
].join(' ');
const PLENTY: RelaySettings = {
  TRANSCRIBERS: 'deepgram-flux,compatible',
  GENERATORS: 'anthropic,groq',
  SYNTHESIZERS: 'deepgram-aura,openai',
};
/** The page is the last of those that hear. */
const SCANTY: RelaySettings = {
  TRANSCRIBERS: 'deepgram-flux,compatible,browser',
  GENERATORS: 'anthropic',
  SYNTHESIZERS: 'openai',
  HEALTH_INTERVAL_S: '1',
};

interface Stage {
  readonly vendors: Vendors;
  readonly plenty: RealRelay;
  readonly scanty: RealRelay;
  /** The question, spoken. */
  readonly asked: Int16Array;
}

const resources = new AsyncDisposableStack();
let stage: Stage;

test.beforeAll(async ({ builtPage: _builtPage, dataDir }) => {
  test.setTimeout(60_000);
  const vendors = resources.use(await startVendors());
  const relayWith = async (settings: RelaySettings) =>
    resources.use(
      await startRealRelay(mkdtempSync(join(dataDir, 'vendors-')), {
        ...vendors.settings,
        ...settings,
      }),
    );
  const [plenty, scanty, [asked]] = await Promise.all([
    relayWith(PLENTY),
    relayWith(SCANTY),
    speak([QUESTION], 'rms'),
  ]);
  stage = { vendors, plenty, scanty, asked: asked! };
});

test.beforeEach(() => {
  stage.vendors.script.heard = HEARD;
  stage.vendors.script.heardWithinMs = spokenMs(stage.asked);
  stage.vendors.script.answer = ANSWER;
});

test.afterEach(() => {
  expect(stage.vendors.complaints).toEqual([]);
  stage.vendors.recover();
});

test.afterAll(() => resources.disposeAsync());

test('a question is heard and answered aloud, and the panel names who did it', async ({
  browser,
}) => {
  await using call = await ask(browser);
  const { page } = call;
  await untilReplies(page, 1);
  expect(await shown(page)).toEqual([`final: ${HEARD}`, `completed: ${REPLY}`]);
  await untilProviderShown(page, { note: '', row: ['transcriber', 'deepgram-flux', '–', '–'] });
  await untilProviderShown(page, { note: '', row: ['generator', 'anthropic', '–', '–'] });
  await untilProviderShown(page, { note: '', row: ['synthesizer', 'deepgram-aura', '–', '–'] });
  const { rateHz, voice } = await readTap(page);
  const parts = stretchesOf(voice, rateHz).map(({ start, end }) => voice.subarray(start, end));
  expect(await recognise(parts, rateHz)).toEqual(['elephants remember everything']);
  expect(call.complaints).toEqual([]);
});

test('a voice that dies in mid-answer is followed by another, each word heard once', async ({
  browser,
}) => {
  const { vendors } = stage;
  vendors.script.answer = LONG_ANSWER;
  vendors.killVoice('deepgram', 'elephants', 1_200);
  await using call = await ask(browser);
  const { page } = call;
  await untilProviderShown(page, {
    note: 'You hear a stand-in voice for now',
    row: ['synthesizer', 'openai', 'deepgram-aura', 'synthesizer_failed'],
  });
  await untilReplies(page, 1);
  expect(await shown(page)).toEqual([`final: ${HEARD}`, `completed: ${LONG_ANSWER.toLowerCase()}`]);
  const { rateHz, voice } = await readTap(page);
  const words = wordsOf(LONG_ANSWER);
  expect(await recogniseWords(voice, rateHz, words)).toEqual(words);
  expect(call.complaints).toEqual([]);
});

test('while no provider hears the page does, or says to type, until one hears again', async ({
  browser,
}) => {
  await using pages = new AsyncDisposableStack();
  const openWith = async (before: () => void) =>
    pages.use(await openCall(browser, 'scanty', { before }));
  const [able, unable] = await Promise.all([
    openWith(installScriptedSpeech),
    openWith(removeRecognition),
  ]);
  for (const { page } of [able, unable]) {
    await page.getByRole('button', { name: 'Press to talk' }).click();
    await expect(stateOf(page)).toHaveText('Listening');
  }
  const { deepgram, compatible } = stage.vendors;
  for (const vendor of [deepgram, compatible]) {
    vendor.fail({ kind: 'status', status: 503 }, 'first-use');
  }

  const pageListens = noteOf(able.page, 'Your browser is listening for now');
  const pleaseType = noteOf(unable.page, 'Speech recognition is unavailable: please type');
  await expect(pageListens).toBeVisible();
  await untilListening(able.page, 1);
  await hear(able.page, 'what do you', false);
  await hear(able.page, HEARD, true);
  await expect(pleaseType).toBeVisible();
  await expect(stateOf(unable.page)).toHaveText('Type a message');
  await unable.page.getByRole('button', { name: 'Type', exact: true }).click();
  await unable.page.getByRole('textbox', { name: 'Message' }).fill(QUESTION);
  await unable.page.keyboard.press('Enter');
  for (const { page } of [able, unable]) await untilReplies(page, 1);
  expect(await shown(able.page)).toEqual([`final: ${HEARD}`, `completed: ${REPLY}`]);
  expect(await shown(unable.page)).toEqual([
    `typed: ${QUESTION.toLowerCase()}`,
    `completed: ${REPLY}`,
  ]);

  stage.vendors.recover();
  for (const note of [pageListens, pleaseType]) await expect(note).toBeHidden();
  for (const { page } of [able, unable]) await expect(stateOf(page)).toHaveText('Listening');
  await untilListening(able.page, 0);
  expect([...able.complaints, ...unable.complaints]).toEqual([]);
});

/** Opens the page and asks the question aloud, with the panel open. */
async function ask(browser: Browser) {
  const call = await openCall(browser, 'plenty', { tapped: true });
  const { page } = call;
  await page.keyboard.press('d');
  await page.getByRole('table', { name: 'Providers' }).waitFor();
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await untilStateLine(page, 'Listening');
  await sayTo(page, stage.asked);
  return call;
}

async function openCall(browser: Browser, relay: 'plenty' | 'scanty', settings: CallPageSettings) {
  await using owned = new AsyncDisposableStack();
  const network = owned.use(await startNetworkProxy(stage[relay].port));
  const { page, complaints } = owned.use(
    await openCallPage(network.origin, { browser, ...settings }),
  );
  const moved = owned.move();
  return { page, complaints, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

/** One of the notes beneath the line of state: on a busy machine others may stand beside it. */
function noteOf(page: Page, text: string) {
  return page
    .locator('#call-state ~ :not(.visually-hidden)[role="status"]')
    .getByText(text, { exact: true });
}

function stateOf(page: Page) {
  return page.locator('#call-state');
}

async function shown(page: Page): Promise<readonly string[]> {
  return (await captions(page)).map(({ state: standing, text }) => `${standing}: ${text}`);
}

/** Runs in the page: takes the recogniser away that browsers have. */
function removeRecognition(): void {
  for (const name of ['SpeechRecognition', 'webkitSpeechRecognition']) {
    Object.defineProperty(window, name, { value: undefined, configurable: true });
  }
}
