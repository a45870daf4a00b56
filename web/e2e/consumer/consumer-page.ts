import { expect, type Browser, type Page } from '@playwright/test';
import type { NetworkProxy } from '../call/support/network-proxy.ts';
import { installCommandedMicrophone, sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import type { ConsumerWindow } from './consumer-app.ts';
import { heldMedia, installMediaCount } from './held-media.ts';

export const ANSWER = '7 times 8 is 56.';
/** Two calls at once are recognised and spoken by one machine, which browser and tests share. */
const ANSWER_DEADLINE = { timeout: 60_000 };
/** Of a page without a call. */
export const NOTHING = { microphones: 0, contexts: 0, workers: 0 };

/** Opens the app; `complaints` are the errors and warnings of its browser. */
export async function openConsumerPage(browser: Browser, origin: string) {
  const page = await browser.newPage({ permissions: ['microphone'] });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.addInitScript(installCommandedMicrophone);
  await page.addInitScript(installMediaCount);
  await page.goto(origin);
  await page.waitForFunction(() => 'app' in window);
  return { page, complaints };
}

/** Shows an assistant for each relay; without one all are unmounted. */
export function show(page: Page, ...relays: readonly NetworkProxy[]): Promise<void> {
  return page.evaluate(
    (origins) => (window as unknown as ConsumerWindow).app.show(...origins),
    relays.map(({ origin }) => origin),
  );
}

export const assistant = (page: Page, number: number) =>
  page.getByRole('region', { name: `Assistant ${number}` });

/** Starts the calls of these assistants. */
export async function startTalking(page: Page, ...numbers: readonly number[]): Promise<void> {
  const all = numbers.map((number) => assistant(page, number));
  for (const one of all) await one.getByRole('button', { name: 'Talk' }).click();
  for (const one of all) await expect(one.getByRole('status')).toHaveText('listening');
}

/**
 * Asks two calls aloud, and unmounts one after the other.
 *
 * @param whileTalking - when both have answered
 */
export async function holdTwoCalls(
  page: Page,
  [one, other]: readonly [NetworkProxy, NetworkProxy],
  whileTalking: () => Promise<unknown> = async () => {},
): Promise<void> {
  await show(page, one, other);
  await startTalking(page, 1, 2);
  const both = { microphones: 2, contexts: 2, workers: 2 };
  expect(await heldMedia(page)).toEqual({ ...both, microphonesEver: 2, contextsEver: 2 });
  const [question] = await speak(['What is seven times eight?'], 'rms');
  await sayTo(page, question!);
  for (const number of [1, 2]) {
    const lines = assistant(page, number).getByRole('listitem');
    await expect(lines).toHaveText(['What is 7 times 8?', ANSWER], ANSWER_DEADLINE);
    await expect(lines.last()).toHaveAttribute('data-state', 'completed');
    await expect(assistant(page, number).locator('[data-latency]')).toHaveText(/median \d+ ms$/);
  }
  await whileTalking();

  await show(page, one);
  await expect
    .poll(() => heldMedia(page))
    .toMatchObject({ microphones: 1, contexts: 1, workers: 1 });
  await expect.poll(() => other.openSockets).toBe(0);
  // That goes on.
  await expect(assistant(page, 1).getByRole('status')).toHaveText('listening');
  await expect.poll(() => one.openSockets).toBe(1);

  await show(page);
  await expect.poll(() => heldMedia(page)).toMatchObject(NOTHING);
  await expect.poll(() => one.openSockets).toBe(0);
}
