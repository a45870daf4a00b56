import type { Page } from '@playwright/test';
import type { MediaStats } from '../../../src/client/messages/debug-messages.ts';
import type { MeasuredTurn } from '../../../src/client/messages/media-messages.ts';

/** What of the panel's export these tests look at. */
export interface PanelExport {
  readonly turns: readonly MeasuredTurn[];
  readonly stats: readonly MediaStats[];
}

/** Presses “Copy JSON” and reads the clipboard. */
export async function copyPanel(page: Page): Promise<PanelExport> {
  await page.getByRole('button', { name: 'Copy JSON' }).click();
  // Its name comes back when the focus leaves it.
  await page.getByRole('button', { name: 'Copied' }).blur();
  return JSON.parse(await page.evaluate(() => navigator.clipboard.readText())) as PanelExport;
}

/**
 * Resolves once the page's note and the panel's table of providers show the same stand-in at the
 * same moment: it may be over soon.
 *
 * @param shown.note - one of those beneath the line of state; '' for none of a stand-in
 * @param shown.row - of the table: stage, now, was, why
 */
export async function untilProviderShown(
  page: Page,
  shown: { readonly note: string; readonly row: readonly string[] },
): Promise<void> {
  await page.waitForFunction(({ note, row }) => {
    const status = document.querySelector('#call-state ~ :not(.visually-hidden)[role="status"]');
    const rows = [...document.querySelectorAll('section[aria-label="Providers"] tbody tr')];
    const notes = [...(status?.children ?? [])].map(({ textContent }) => textContent);
    return (
      (note === '' ? !notes.some((each) => each?.endsWith('for now')) : notes.includes(note)) &&
      rows.some((each) => row.every((text, n) => each.children[n]?.textContent === text))
    );
  }, shown);
}
