import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Axe is half a megabyte of script, which takes a page longer to read than to run. */
const ALREADY_THERE = '/* axe */';
/** How many of its rules axe must at least have found kept, to have looked at a page at all. */
const FEWEST_PASSES = 10;

/** What axe finds wrong with a page as it is now, in a form that says where. */
export async function violationsIn(page: Page): Promise<string[]> {
  const isThere = await page.evaluate(() => 'axe' in window);
  const axe = new AxeBuilder({ page, ...(isThere && { axeSource: ALREADY_THERE }) });
  // It differs for frames only, of which there are none; the other mode opens a page each time.
  const { violations, passes } = await axe.setLegacyMode().analyze();
  expect(passes.length).toBeGreaterThan(FEWEST_PASSES);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
  );
}
