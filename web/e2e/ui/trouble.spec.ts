import { violationsInBothThemes } from '../support/axe.ts';
import { scriptedAccount } from './support/kept-account.ts';
import { scriptAccountApi } from './support/scripted-account-api.ts';
import { commandsOf, expect, freshTest, openAndStopClock, test } from './support/ui-test.ts';
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

freshTest.describe('a relay that never answered', () => {
  freshTest.use({ expectedComplaints: /Failed to load resource/ });

  freshTest(
    'is said in one place, before a call, in it, and on the pages',
    async ({ open, page }) => {
      await page.route('**/health', (route) => route.abort());
      await open('idle');
      const line = page.locator('#call-state');
      const orb = page.locator('[data-orb]');
      const suggestion = page.getByRole('button', { name: 'What time is it in Tokyo?' });
      const said = page.getByText(/^Parley is not answering/);
      await expect(line).toHaveText('Not connected yet');
      await expect(orb).toHaveAttribute('data-mood', 'off');
      await expect(said).toHaveText('Parley is not answering. This page keeps trying.');
      await expect(suggestion).toHaveCount(0);
      expect(await violationsInBothThemes(page)).toEqual([]);

      await orb.click();
      await page.evaluate(() =>
        window.parley.engine.emit(
          { type: 'error', code: 'not_a_relay', message: 'At http://relay.example is another.' },
          { type: 'vad', state: 'failed' },
          { type: 'error', code: 'vad_failed', message: 'Speech cannot be detected.' },
          { type: 'unreachable', retryInMs: 30_000 },
        ),
      );
      await expect(line).toHaveText('Not connected yet');
      await expect(orb).toHaveAttribute('data-mood', 'reconnecting');
      await expect(said).toHaveCount(1);
      await expect(page.getByRole('button', { name: 'Try now' })).toBeVisible();
      await expect(page.getByRole('alert')).toBeEmpty();
      await expect(page.getByText('keeps you from talking')).toHaveCount(0);
      await expect(suggestion).toHaveCount(0);
      await expect(page.getByText('relay.example')).toBeHidden();
      await page.getByText('Details').click();
      await expect(page.getByText('relay.example')).toBeVisible();
      expect(await violationsInBothThemes(page)).toEqual([]);

      await page.getByRole('button', { name: 'Hang up' }).click();
      await page.route('**/api/v1/conversations', (route) => route.abort());
      await page.getByRole('button', { name: 'Account and history' }).click();
      await page.getByRole('menuitem', { name: 'History' }).click();
      await expect(page.getByRole('heading', { level: 1, name: 'History' })).toBeFocused();
      await expect(page.getByRole('heading', { name: 'Parley is not answering' })).toBeVisible();
      await scriptAccountApi(page, scriptedAccount());
      await page.unroute('**/health');
      // By itself, without a word from the network.
      await expect(page.getByRole('searchbox')).toBeVisible();
      await page.getByRole('link', { name: 'Back to the call screen' }).click();
      await expect(suggestion).toBeVisible();
      await expect(said).toHaveCount(0);
    },
  );
});

freshTest(
  'a relay that does not answer for ten seconds is told with the next attempt',
  async ({ open, page }) => {
    await openAndStopClock(page, () => open('idle'));
    await page.evaluate(() => window.parley.play('unreachable'));
    const notice = page.getByText('Parley is not answering.');
    await expect(notice).toBeHidden();
    await page.clock.runFor(11_000);
    await expect(notice).toBeVisible();
    await expect(page.getByText(/Next try in [789] s/)).toBeVisible();
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

test('an error says what to do and can be dismissed', async ({ open }) => {
  const page = await open('failed');
  const words = page.getByRole('alert').getByText('could not be recognised this time.');
  await expect(words).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(words).toHaveCount(0);
});
