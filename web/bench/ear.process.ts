import { setTimeout as delay } from 'node:timers/promises';
import {
  compileFlite,
  Flite,
  serve,
  type EarHandlers,
  type EarQuestion,
  type EarTurn,
} from '@parley/relay/testing';
import type { Page } from '@playwright/test';
import { copyPanel } from '../e2e/call/support/panel.ts';
import { startAudioRig } from '../e2e/lab/audio-rig.ts';
import { launchAudibleChromium } from '../e2e/lab/rig-chromium.ts';
import { ROOM_HZ } from '../e2e/lab/room-recording.ts';
import { SETTINGS_KEY } from '../src/client/settings/settings.ts';
import type { MeasuredTurn } from '../src/client/messages/media-messages.ts';
import { AUDIBLE, audibleIn } from './ear/audible.ts';
import { burnProcessors, stallPages } from './ear/disturbance.ts';
import { startEarRelay } from './ear/ear-relay.ts';

const FLITE_HZ = 16_000;
/** From the end of a question until its answer must be over. */
const ANSWER_DEADLINE_MS = 15_000;
const QUIET_AFTER_MS = 900;
const STEP_MS = 100;
const BEGINNING_MS = 3_000;
const PROCESSORS = 2;
/** Other levels from which a sample may count as audible: how much the figure depends on it. */
const OTHER_LEVELS = [AUDIBLE / 2, AUDIBLE * 2];

type Call = Awaited<ReturnType<typeof startCall>>;

const resources = new AsyncDisposableStack();
const flite = new Flite(await compileFlite());
let call: Call | undefined;

const handlers = {
  /** Opens a call on a rig of its own, with a relay of its own. */
  async open(options: { readonly simulated: boolean; readonly speculates: boolean }) {
    await call?.[Symbol.asyncDispose]();
    call = resources.use(await startCall(options));
  },
  async ask(question: EarQuestion) {
    if (call === undefined) throw new Error('There is no call yet.');
    return call.ask(question);
  },
  close: () => resources.disposeAsync(),
} satisfies EarHandlers;

async function startCall(options: { readonly simulated: boolean; readonly speculates: boolean }) {
  await using owned = new AsyncDisposableStack();
  const relay = owned.use(await startEarRelay(options, flite));
  const rig = owned.use(await startAudioRig());
  const browser = owned.use(await launchAudibleChromium(rig.environment));
  const context = await browser.newContext({
    serviceWorkers: 'block',
    permissions: ['microphone', 'clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  // The short sounds of a call are not the answer.
  await page.addInitScript(([key, settings]) => localStorage.setItem(key, settings), [
    SETTINGS_KEY,
    JSON.stringify({ signals: 'off' }),
  ] as const);
  const detector = page.waitForResponse((response) => response.url().endsWith('.bin'));
  await page.goto(relay.origin);
  await page.getByRole('button', { name: 'Press to talk' }).hover();
  await (await detector).finished();
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await page.locator('#call-state', { hasText: 'Listening' }).waitFor();
  const recording = owned.use(await rig.record());
  // The breath with which a call begins.
  await delay(BEGINNING_MS);
  const kept = owned.move();
  let measured = 0;
  return {
    async ask(question: EarQuestion): Promise<EarTurn> {
      const { voice, text, disturbance } = question;
      relay.setScript(text);
      if (disturbance === 'stall') await stallPages(browser);
      recording.take();
      if (disturbance === 'load') burnProcessors(PROCESSORS);
      await rig.play(flite.speak(voice, text), FLITE_HZ);
      const heard = await untilAnswered(recording);
      const all = await panelTurns(page);
      const turns = all.slice(measured);
      measured = all.length;
      return {
        earMs: betweenMs(heard, AUDIBLE),
        earOtherwiseMs: OTHER_LEVELS.map((level) => betweenMs(heard, level)),
        shown: turns.map(({ voiceToVoiceMs, timeline, approximate = [] }) => ({
          voiceToVoiceMs,
          timeline,
          approximate: approximate.includes('playout_ms'),
        })),
      };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

interface Heard {
  readonly person: Int16Array;
  readonly speaker: Int16Array;
}

/** Resolves once an answer was heard and is over, or the deadline has passed. */
async function untilAnswered(recording: { take(): Heard }): Promise<Heard> {
  const parts: Heard[] = [];
  const deadlineMs = performance.now() + ANSWER_DEADLINE_MS;
  for (;;) {
    await delay(STEP_MS);
    parts.push(recording.take());
    const heard = {
      person: joined(parts.map(({ person }) => person)),
      speaker: joined(parts.map(({ speaker }) => speaker)),
    };
    const said = audibleIn(heard.person, ROOM_HZ).at(-1);
    // Later sound of the answer before does not count.
    const answer = audibleIn(heard.speaker, ROOM_HZ)
      .filter(({ first }) => said !== undefined && first > said.last)
      .at(-1);
    const isOver =
      answer !== undefined &&
      heard.speaker.length - answer.last > (QUIET_AFTER_MS * ROOM_HZ) / 1_000;
    if (isOver || performance.now() > deadlineMs) return heard;
  }
}

function betweenMs({ person, speaker }: Heard, level: number): number | null {
  const said = audibleIn(person, ROOM_HZ, level).at(-1);
  if (said === undefined) return null;
  const answered = audibleIn(speaker, ROOM_HZ, level).find(({ first }) => first > said.last);
  if (answered === undefined) return null;
  return ((answered.first - said.last) * 1_000) / ROOM_HZ;
}

async function panelTurns(page: Page): Promise<readonly MeasuredTurn[]> {
  await page.keyboard.press('d');
  const { turns } = await copyPanel(page);
  await page.keyboard.press('d');
  return turns;
}

function joined(parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

serve(handlers, () => resources.disposeAsync());
