import type { Page } from '@playwright/test';
import type { MediaNotice } from '../../src/client/messages/media-messages.ts';
import { expect, test } from './support/ui-test.ts';
import { phase, played, reply as replyOf, replyEnded, said } from './support/notices.ts';

function emit(page: Page, ...notices: readonly MediaNotice[]): Promise<void> {
  return page.evaluate((all) => window.parley.engine.emit(...all), notices);
}

/** The words of the running reply in each state, joined. */
function spoken(page: Page, state: 'heard' | 'now' | 'coming'): Promise<string> {
  return page
    .locator(`li [data-spoken=${state}]`)
    .evaluateAll((words) => words.map((word) => word.textContent).join(' '));
}

test('words light up as they are heard, and nothing moves or renders meanwhile', async ({
  open,
}) => {
  const page = await open('speaking');
  const reply = page.getByRole('listitem').last();
  await expect(reply).toContainText('which is why it prefers to crawl.');
  expect(await spoken(page, 'now')).toBe('and');
  expect(await spoken(page, 'heard')).toMatch(/^Octopuses .* through the gills,$/);
  expect(await spoken(page, 'coming')).toMatch(/^the third sends .* to crawl\.$/);

  const watched = await reply.evaluate((line, id) => {
    const words = [...line.querySelectorAll<HTMLElement>('[data-spoken]')];
    const places = () =>
      words.map((word) => `${word.offsetLeft} ${word.offsetTop} ${word.offsetWidth}`).join();
    let added = 0;
    let writes = 0;
    const observer = new MutationObserver((records) => {
      for (const { type } of records) {
        if (type === 'attributes') writes += 1;
        else added += 1;
      }
    });
    observer.observe(line, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
    const before = places();
    const startMs = performance.now();
    const steps = 120;
    // From the place of the voice to the end, as the speaker reports it.
    for (let step = 1; step <= steps; step += 1) {
      const playedMs = 4_600 + step * 70;
      window.parley.engine.emit({ type: 'response-progress', responseId: id, playedMs });
    }
    const msPerReport = (performance.now() - startMs) / steps;
    for (const { type } of observer.takeRecords()) {
      if (type === 'attributes') writes += 1;
      else added += 1;
    }
    observer.disconnect();
    return { added, writes, words: words.length, isUnmoved: before === places(), msPerReport };
  }, 'reply-3');
  test.info().annotations.push({ type: 'ms a report', description: `${watched.msPerReport}` });
  expect(watched.added).toBe(0);
  expect(watched.isUnmoved).toBe(true);
  // Each word is written when it begins and when it ends.
  expect(watched.writes).toBeLessThanOrEqual(2 * watched.words);
  expect(watched.writes).toBeGreaterThan(watched.words / 2);
  expect(watched.msPerReport).toBeLessThan(2);
  expect(await spoken(page, 'coming')).toBe('');
});

test('a voice that is held stays where it is, goes on from there, and is cut there', async ({
  open,
}) => {
  const page = await open('speaking');
  const reply = page.getByRole('listitem').last();
  const height = async () => (await reply.boundingBox())?.height;
  const before = await height();
  // Held: the speaker reports the same place again.
  await emit(page, played('reply-3', 4_600), played('reply-3', 4_600));
  expect(await spoken(page, 'now')).toBe('and');
  // Resumed.
  await emit(page, played('reply-3', 5_000));
  expect(await spoken(page, 'heard')).toMatch(/the third$|and the$/);
  // The relay times the words: the place moves to the real one of the voice.
  await emit(page, {
    type: 'response-timed',
    responseId: 'reply-3',
    clause: 1,
    audioStartMs: 1_736,
    audioMs: 5_000,
    wordEndsMs: [300, 500, 800, 1_200, 1_500, 1_800, 2_400, 2_800, 4_000],
  });
  expect(await spoken(page, 'now')).toBe('and');
  expect(await spoken(page, 'heard')).toMatch(/through the gills,$/);
  await emit(page, replyEnded('reply-3', 'cancelled', 4_600));
  await expect(reply.locator('s')).toContainText('and the third sends it around the body');
  await expect(reply.locator('[data-spoken]')).toHaveCount(0);
  expect(await height()).toBe(before);
});

test('words that arrive while the voice goes on take nothing back', async ({ open }) => {
  const page = await open('speaking');
  await emit(page, played('reply-3', 5_500), {
    type: 'response-text',
    responseId: 'reply-3',
    clause: 3,
    fromCharacter: 0,
    text: ' That is all.',
    audioStartMs: 30_000,
    byPage: false,
  });
  const heard = await spoken(page, 'heard');
  expect(heard).toMatch(/the third/);
  expect(await spoken(page, 'coming')).toMatch(/That is all\.$/);
  await emit(page, played('reply-3', 5_600));
  expect((await spoken(page, 'heard')).startsWith(heard)).toBe(true);
});

test('what could be said next is there to be pressed, and gone with the next turn', async ({
  open,
}) => {
  const page = await open('listening');
  const chips = page.getByRole('group', { name: 'You could say' });
  const refused = (utterance: number) => [
    said(utterance, 'what is the capital of France'),
    ...replyOf(`reply-${utterance}`, utterance, ['I did not understand that.']),
    replyEnded(`reply-${utterance}`, 'completed', 1_500, ['Flip a coin.', 'Tell me a joke.']),
  ];
  await emit(page, ...refused(1));
  for (const chip of await chips.getByRole('button').all())
    expect((await chip.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  const answer = page.getByRole('listitem').last();
  const before = await answer.boundingBox();
  // A person who speaks needs none; nothing moves before there are words.
  await emit(page, phase('hearing'));
  await expect(chips).toBeHidden();
  expect(await answer.boundingBox()).toEqual(before);
  await emit(page, said(2, 'flip', 'partial'));
  await expect(chips).toHaveCount(0);
  await emit(page, ...refused(2), phase('listening'));
  await chips.getByRole('button', { name: 'Flip a coin.' }).click();
  await expect(page.getByRole('listitem').last()).toContainText('Flip a coin.');
  await expect(chips).toHaveCount(0);
  await expect(page.locator('[data-orb]')).toBeFocused();
  // Beside the field, a press leaves the focus there: a phone's keyboard goes down with it.
  await page.keyboard.press('t');
  await emit(page, ...refused(3), phase('listening'));
  await chips.getByRole('button', { name: 'Flip a coin.' }).click();
  await expect(chips).toHaveCount(0);
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
});
