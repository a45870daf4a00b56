import { commandsOf, expect, freshTest, test } from './support/ui-test.ts';
import type { SceneName } from './support/scenes.ts';

const POSES: readonly (readonly [SceneName, string])[] = [
  ['asking', 'asking'],
  ['refused', 'blocked'],
  ['lost', 'absent'],
  ['broken', 'failed'],
  ['ended', 'off'],
];

test('the orb has a pose of its own for each thing that keeps a person from talking', async ({
  open,
}) => {
  const page = await open('idle');
  for (const [scene, pose] of POSES) {
    await page.evaluate((name) => window.parley.startOver(name), scene);
    await expect(page.locator('[data-orb]'), scene).toHaveAttribute('data-mood', pose);
  }
});

freshTest(
  'a relay that does not answer for ten seconds is told with the next attempt',
  async ({ open, page }) => {
    await page.clock.install();
    await open('unreachable');
    const notice = page.getByText('Parley is not answering.');
    await expect(notice).toBeHidden();
    await page.clock.runFor(11_000);
    await expect(notice).toBeVisible();
    await expect(page.getByText(/Next try in [78] s/)).toBeVisible();
    await expect(
      page.getByText(/is kept and sent later\. The call waits for you until/),
    ).toBeVisible();
    await page.getByRole('button', { name: 'Try now' }).click();
    expect(await commandsOf(page)).toContain('retryNow');
    await page.evaluate(() => window.parley.engine.emit({ type: 'phase', phase: 'listening' }));
    await expect(notice).toHaveCount(0);
  },
);

test('a call that was lost for good can be gone back to, with its conversation', async ({
  open,
}) => {
  const page = await open('broken');
  await page.getByRole('button', { name: 'Go back to the call' }).click();
  await expect(page.getByText('You go on from here')).toBeVisible();
  expect(await commandsOf(page)).toContain('goOn:conversation-1');
  // The relay does not have the conversation any more: the call goes on without, and says so.
  await page.evaluate(() => {
    const message = 'There is no such thing.';
    window.parley.engine.emit(
      { type: 'error', code: 'not_found', message },
      { type: 'closed', reason: { code: 1006, reason: 'not_found', retry: 'never', message } },
    );
  });
  await expect(page.getByText('A new one has begun.')).toBeVisible();
  await expect(page.locator('#call-state')).toHaveText('Connecting');
  await expect(page.getByRole('region', { name: 'Conversation' })).toContainText(
    'eight kilometers',
  );
});
