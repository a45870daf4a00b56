import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Axe is half a megabyte of script, which takes a page longer to read than to run. */
const ALREADY_THERE = '/* axe */';
/** How many of its rules axe must at least have found kept, to have looked at a page at all. */
const FEWEST_PASSES = 10;
/** The rules of axe that depend on colours. */
const CONTRAST = 'color-contrast';
const COLOUR_RULES = [CONTRAST, 'link-in-text-block'];

/** The faults that axe finds in a page as it is now, with their places. */
export async function violationsIn(page: Page): Promise<string[]> {
  const { violations, passes } = await (await axeFor(page)).analyze();
  expect(passes.length).toBeGreaterThan(FEWEST_PASSES);
  return violations.flatMap(textsOf);
}

/**
 * What axe finds wrong with a page in the light theme, then in the dark one, which stays. The themes
 * differ in colours, so that all other rules are asked for once.
 */
export async function violationsInBothThemes(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const found = (await violationsIn(page)).map((violation) => `light: ${violation}`);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const { violations, passes, incomplete } = await (
    await axeFor(page)
  )
    .withRules(COLOUR_RULES)
    .analyze();
  // Some text at least: else axe has not looked at the page.
  expect([...violations, ...passes, ...incomplete].map(({ id }) => id)).toContain(CONTRAST);
  return [...found, ...violations.flatMap(textsOf).map((violation) => `dark: ${violation}`)];
}

async function axeFor(page: Page): Promise<AxeBuilder> {
  const isThere = await page.evaluate(() => 'axe' in window);
  return (
    new AxeBuilder({ page, ...(isThere && { axeSource: ALREADY_THERE }) })
      // The other mode opens a page each time, and differs for frames only, of which there are none.
      .setLegacyMode()
      // Correct elements need not be described one by one.
      .options({ resultTypes: ['violations'] })
  );
}

type Violation = Awaited<ReturnType<AxeBuilder['analyze']>>['violations'][number];

function textsOf({ id, nodes }: Violation): string[] {
  return nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`);
}
