import { violationsInBothThemes } from '../support/axe.ts';
import {
  newOverview,
  someOverview,
  TROUBLE,
  troubledOverview,
} from './support/scripted-overview.ts';
import { logLine, scriptLog } from './support/scripted-log.ts';
import {
  enterToken,
  openStatus,
  scriptOperatorApi,
  verdictOf,
} from './support/scripted-operator.ts';
import { expect, freshTest as test } from './support/ui-test.ts';

for (const viewport of [
  { width: 1_280, height: 800 },
  { width: 375, height: 812 },
]) {
  test.describe(`${viewport.width} px wide`, () => {
    test.use({
      viewport,
      expectedComplaints: /Failed to load resource/,
    });

    test('axe finds nothing wrong in any state, and nothing scrolls sideways', async ({
      open,
      page,
    }) => {
      test.setTimeout(120_000);
      const log = await scriptLog(page);
      const operator = await scriptOperatorApi(page, { overview: someOverview() });
      await open('idle');
      await openStatus(page);
      const look = async (what: string): Promise<void> => {
        expect(await violationsInBothThemes(page), what).toEqual([]);
        const overflow = await page
          .locator('main')
          .evaluate((main) => main.scrollWidth - main.clientWidth);
        expect(overflow, what).toBe(0);
      };
      await expect(page.getByLabel('Operator’s token')).toBeVisible();
      await look('gate');
      await enterToken(page);
      await expect(page.locator('.recharts-line')).toHaveCount(3);
      log.write(logLine('failed', { level: 'error', stack: 'x'.repeat(400) }), { dropped: 3 });
      await expect(page.getByText('3 lines were left out')).toBeVisible();
      await look('healthy');
      operator.overview = troubledOverview('critical_down', [TROUBLE, TROUBLE]);
      await expect(verdictOf(page)).toHaveText(TROUBLE.message);
      await look('critical_down');
      await page.getByRole('button', { name: 'End Safari on iPhone' }).click();
      await look('question');
      await page.getByRole('button', { name: 'Let it go on' }).click();
      operator.overview = newOverview();
      await expect(page.getByText('No turn in this time.')).toBeVisible();
      await look('new');
      operator.overview = troubledOverview('degraded', [TROUBLE]);
      await expect(verdictOf(page)).toHaveText(TROUBLE.message);
      operator.isAway = true;
      await expect(page.locator('[data-old=true]')).toHaveCount(1);
      await look('away');
      operator.isAway = false;
      operator.refusal = 'not_found';
      await expect(page.getByText('set ENABLE_METRICS=on and ADMIN_TOKEN')).toBeVisible();
      await look('no status');
    });
  });
}
