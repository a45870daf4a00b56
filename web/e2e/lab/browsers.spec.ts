import { writeFileSync } from 'node:fs';
import { encodeWav } from '@parley/shared/audio/wav-writer';
import { expect } from '@playwright/test';
import { test } from '../call/support/call-test.ts';
import { recognise } from '../call/support/sound.ts';
import { speak } from '../support/speech.ts';
import { stretchesOf } from '../support/tap.ts';
import { MICROPHONE_HZ } from '../support/wav.ts';
import { startAudioRig } from './audio-rig.ts';
import { openFirefox, type FirefoxPage } from './firefox.ts';
import { launchAudibleChromium } from './rig-chromium.ts';
import { ROOM_HZ } from './room-recording.ts';
import { openWebKit } from './webkit.ts';

/** The first one is asked as soon as the page says that it listens. */
const QUESTIONS = ['What is seven times eight?', 'How many kilometers is five miles?'];
const UNDERSTOOD = [/what(?: is|'s) 7 times 8/, /how many kilometers is 5 miles/];
const WRITTEN = ['7 times 8 is 56', '5 miles is about 8 kilometers'];
const ANSWERS = ['seven times eight is fifty six', 'five miles is about eight kilometers'];
const LIKE_THEM = ['seven times eight is forty eight', 'five miles is about eighteen kilometers'];
const BEGIN_DEADLINE_MS = 40_000;
const ANSWER_DEADLINE_MS = 40_000;
/** Between an answer and the next question. */
const PAUSE_MS = 1_000;
const SHORTEST_SENTENCE_S = 0.8;
/** The voice itself holds no longer digital silence. */
const LONGEST_ZERO_S = 0.02;

const BROWSERS: Readonly<
  Record<string, (environment: Readonly<Record<string, string>>) => Promise<FirefoxPage>>
> = {
  Chromium: openChromium,
  Firefox: openFirefox,
  WebKit: openWebKit,
};

test.describe.configure({ timeout: 240_000 });

for (const [name, open] of Object.entries(BROWSERS)) {
  test(`${name}: questions that are spoken into the room are answered aloud`, async ({
    relay,
  }, testInfo) => {
    await using resources = new AsyncDisposableStack();
    const spoken = await speak(QUESTIONS, 'rms');
    const rig = resources.use(await startAudioRig());
    const page = resources.use(await open(rig.environment));
    await page.goto(`http://localhost:${relay.port}/`);
    await page.evaluate(watchErrors);
    await page.evaluate(pressToTalk);
    await expect
      .poll(() => page.evaluate(stateLine), { timeout: BEGIN_DEADLINE_MS })
      .toBe('Listening');

    using recording = await rig.record();
    for (const [index, question] of spoken.entries()) {
      await rig.play(question, MICROPHONE_HZ);
      await expect
        .poll(async () => (await page.evaluate(shown)).answered, { timeout: ANSWER_DEADLINE_MS })
        .toBe(index + 1);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }

    const { person, speaker } = recording.take();
    // To be listened to, if it is not what it should be.
    writeFileSync(testInfo.outputPath('speaker.wav'), encodeWav(speaker, ROOM_HZ));
    const questions = voices(person);
    expect(questions).toHaveLength(QUESTIONS.length);
    // Before them there is only the breath that primes the canceller.
    const answers = voices(speaker).filter(({ start }) => start > questions[0]!.end);
    const heard = answers
      .map(({ start, end }) => signalOf(speaker).subarray(start, end))
      .map((answer) => (name === 'WebKit' ? withoutStandstills(answer) : answer));
    expect(await recognise(heard, ROOM_HZ, [...ANSWERS, ...LIKE_THEM])).toEqual(ANSWERS);
    const { lines, errors } = await page.evaluate(shown);
    expect(lines.map((line) => line.toLowerCase())).toEqual(
      UNDERSTOOD.flatMap((question, index) => [
        expect.stringMatching(question),
        expect.stringContaining(WRITTEN[index]!),
      ]),
    );
    expect(errors).toEqual([]);
    expect(relay.complaints).toEqual([]);
  });
}

async function openChromium(environment: Readonly<Record<string, string>>): Promise<FirefoxPage> {
  await using resources = new AsyncDisposableStack();
  const browser = resources.use(await launchAudibleChromium(environment));
  // Drawing without a graphics card would take the processor from the sound.
  const page = await browser.newPage({ reducedMotion: 'reduce' });
  const owned = resources.move();
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: (run, argument) => page.evaluate(run as never, argument as never),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * What is heard, a sentence each: a pause within one is shorter than the way to the next. The
 * page's own short sounds are left out.
 */
function voices(samples: Int16Array) {
  return stretchesOf(signalOf(samples), ROOM_HZ, { quietMs: 900, audible: 0.01 }).filter(
    ({ start, end }) => end - start > SHORTEST_SENTENCE_S * ROOM_HZ,
  );
}

/**
 * An answer without its stretches of digital silence. WebKit's audio thread has no priority here
 * and is late by up to 0.9 s when drawing without a graphics card takes the processors. The page's
 * player has all of the answer by then, but a recogniser takes the pause for the end.
 */
function withoutStandstills(signal: Float32Array): Float32Array {
  const kept = new Float32Array(signal.length);
  let length = 0;
  let silent = 0;
  for (const sample of signal) {
    silent = sample === 0 ? silent + 1 : 0;
    if (silent <= LONGEST_ZERO_S * ROOM_HZ) kept[length++] = sample;
  }
  return kept.subarray(0, length);
}

function signalOf(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (sample) => sample / 32_768);
}

/** Runs in the page, as all that follows. */
function watchErrors(): void {
  const errors: string[] = [];
  Object.assign(window, { errors });
  window.addEventListener('error', ({ message }) => errors.push(message));
  window.addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)));
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    errors.push(`${violatedDirective} stopped ${blockedURI}`),
  );
  // What is announced to the person: a microphone that did not start, a connection that failed.
  new MutationObserver(() => {
    for (const { textContent } of document.querySelectorAll('[role="alert"]')) {
      const text = textContent.trim();
      if (text !== '' && errors.at(-1) !== text) errors.push(text);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

function pressToTalk(): void {
  const buttons = [...document.querySelectorAll('button')];
  const name = ({ ariaLabel, textContent }: HTMLButtonElement) => ariaLabel ?? textContent;
  buttons.find((button) => name(button)?.includes('Press to talk'))!.click();
}

function stateLine(): string | null | undefined {
  return document.getElementById('call-state')?.textContent;
}

function shown() {
  const items = [...document.querySelectorAll<HTMLElement>('li[data-state], li[data-status]')];
  return {
    lines: items.map(({ textContent }) => textContent),
    answered: items.filter(({ dataset }) => dataset['status'] === 'completed').length,
    errors: (window as unknown as { readonly errors: readonly string[] }).errors,
  };
}
