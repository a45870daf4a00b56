import { violationsIn, violationsInBothThemes } from '../support/axe.ts';
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

const DESKTOP = { width: 1_280, height: 800 };
const PHONE = { width: 375, height: 812 };
/** What is laid out in another way there. */
const OTHERWISE_ON_A_PHONE: readonly string[] = ['healthy', 'critical_down'];

for (const viewport of [DESKTOP, PHONE]) {
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
        // The themes differ in colours, which are the same at all widths.
        if (viewport === DESKTOP) expect(await violationsInBothThemes(page), what).toEqual([]);
        else if (OTHERWISE_ON_A_PHONE.includes(what)) {
          expect(await violationsIn(page), what).toEqual([]);
        }
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
